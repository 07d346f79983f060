package dev.heddle.hdl;

import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Statement;

/** What follows a {@link Hdl#when}. */
public final class When {
  private final Component component;
  private Block otherwise;

  When(Component component, Block otherwise) {
    this.component = component;
    this.otherwise = otherwise;
  }

  /** The statements of {@code body} happen where no condition before is one and this one is. */
  public When elseWhen(Bit condition, Runnable body) {
    component.owns(condition);
    Block then = new Block();
    Block next = new Block();
    otherwise.add(new Statement.If(condition.node(), then, next, CallSite.here()));
    otherwise = next;
    component.inside(then, body);
    return this;
  }

  /** The statements of {@code body} happen where no condition before is one. */
  public void otherwise(Runnable body) {
    component.inside(otherwise, body);
  }
}

package dev.heddle.hdl;

import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Statement;

/** The rules of assignment: what may be driven, from where, with what. */
final class Drive {
  private Drive() {}

  static void set(Value target, Value value) {
    set(target, value, CallSite.here());
  }

  /** As a statement at {@code location}. */
  static void set(Value target, Value value, String location) {
    Node node = target.node();
    boolean placed = node.owner() != null && node.owner().instance() != null;
    switch (node.op()) {
      case WIRE, REGISTER -> {}
      case OUTPUT -> {
        if (placed) {
          throw new HdlException("%s is an output of an instance; it is driven inside", target);
        }
      }
      case INPUT -> {
        if (!placed) {
          throw new HdlException("%s is an input of this component; it is driven outside", target);
        }
      }
      default ->
          throw new HdlException(
              "%s is an expression; only ports, wires and registers can be driven", target);
    }
    checkFit(target, value);
    Definition scope = target.scope();
    if (!value.isLiteral() && value.scope() != scope) {
      throw new HdlException(
          "%s belongs to %s but %s belongs to %s; connect them through ports",
          target, scope.name(), value, value.scope().name());
    }
    Component component = Component.of(scope);
    component.block().add(new Statement.Assign(node, value.node(), location));
  }

  private static void checkFit(Value target, Value value) {
    if (value.isLiteral()) {
      int needed = target.signed() || value.literal().signum() < 0 ? 1 : 0;
      if (value.literal().bitLength() + needed > target.width()
          || value.literal().signum() < 0 && !target.signed()) {
        throw new HdlException(
            "%s is %s but the value is %s, which does not fit",
            target, target.typeName(), value.literal());
      }
      return;
    }
    boolean fits =
        target.signed() == value.signed()
            ? value.width() <= target.width()
            : target.signed() && value.width() < target.width();
    if (fits) {
      return;
    }
    String remedy =
        target.signed() == value.signed()
            ? ".wrap(%d) or .sat(%d) to choose what happens to the extra bits"
                .formatted(target.width(), target.width())
            : target.signed() ? ".asSInt() or .toSInt()" : ".asUInt() to read its bits unsigned";
    throw new HdlException(
        "%s is %s but the value is %s; write %s",
        target, target.typeName(), value.typeName(), remedy);
  }

  /** A register with a reset value of {@code reset}. */
  static void checkReset(Value template, long reset) {
    java.math.BigInteger value = java.math.BigInteger.valueOf(reset);
    boolean fits =
        template.signed()
            ? value.bitLength() < template.width()
            : value.signum() >= 0 && value.bitLength() <= template.width();
    if (!fits) {
      throw new HdlException("reset value %d does not fit %s", reset, template.typeName());
    }
  }
}

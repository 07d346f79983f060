package dev.heddle.hdl;

/**
 * A clock of a component and the reset that goes with it; made by {@link Component#clockDomain}.
 */
public final class ClockDomain {
  private final Component component;
  private final int index;

  ClockDomain(Component component, int index) {
    this.component = component;
    this.index = index;
  }

  Component component() {
    return component;
  }

  int index() {
    return index;
  }
}

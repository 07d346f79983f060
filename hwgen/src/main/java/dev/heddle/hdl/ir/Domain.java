package dev.heddle.hdl.ir;

/**
 * A clock domain of a module, given by two ports that every module in the domain has.
 *
 * @param clock name of the clock port; registers take their values at its rising edge
 * @param reset name of the reset port, active high and synchronous to the clock
 */
public record Domain(String clock, String reset) {
  /** The domain of a component that names no other. */
  public static final Domain DEFAULT = new Domain("clk", "reset");
}

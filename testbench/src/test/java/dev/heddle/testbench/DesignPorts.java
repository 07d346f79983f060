package dev.heddle.testbench;

import java.util.Locale;

/**
 * The ports of one of several designs that stand side by side in a bench, so that they are built
 * once.
 *
 * @param design which of them
 * @param sim simulation of the bench
 */
public record DesignPorts(Enum<?> design, Simulation sim) {
  /** A port of the bench that is {@code name} in a design. */
  public static String name(Enum<?> design, String name) {
    return design.name().toLowerCase(Locale.ROOT) + "_" + name;
  }

  /** A port of the bench that is {@code name} in this design. */
  public String name(String name) {
    return name(design, name);
  }

  /** Sets an input of this design. */
  public void set(String name, long value) {
    sim.set(name(name), value);
  }

  /** The value of a port of this design. */
  public long value(String name) {
    return sim.value(name(name));
  }
}

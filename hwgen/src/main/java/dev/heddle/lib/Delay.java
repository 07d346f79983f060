package dev.heddle.lib;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;

/** A line of registers. */
public final class Delay {
  private Delay() {}

  /**
   * {@code data} as it was {@code cycles} ago in {@code component}, through registers that reset
   * leaves alone.
   */
  public static <T extends Data> T of(Component component, int cycles, T data) {
    T delayed = data;
    for (int cycle = 0; cycle < cycles; cycle++) {
      delayed = component.next(delayed);
    }
    return delayed;
  }

  /**
   * {@code data} as it was {@code cycles} ago in {@code component}; {@code reset} in the first
   * cycles after reset.
   */
  public static <T extends Data> T of(Component component, int cycles, T data, long reset) {
    T delayed = data;
    for (int cycle = 0; cycle < cycles; cycle++) {
      delayed = component.next(delayed, reset);
    }
    return delayed;
  }
}

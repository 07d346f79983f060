package dev.heddle.lib;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;

/** A line of registers that reset leaves alone. */
public final class Delay {
  private Delay() {}

  /** {@code data} as it was {@code cycles} ago in {@code component}. */
  public static <T extends Data> T of(Component component, int cycles, T data) {
    T delayed = data;
    for (int cycle = 0; cycle < cycles; cycle++) {
      delayed = component.next(delayed);
    }
    return delayed;
  }
}

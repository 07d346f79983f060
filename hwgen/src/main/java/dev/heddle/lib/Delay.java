package dev.heddle.lib;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import java.util.ArrayList;
import java.util.List;

/** A line of registers. */
public final class Delay {
  private Delay() {}

  /**
   * {@code data} as it was {@code cycles} ago in {@code component}, through registers that reset
   * leaves alone.
   */
  public static <T extends Data> T of(Component component, int cycles, T data) {
    return line(component, cycles, data).get(cycles);
  }

  /**
   * {@code data} as it was {@code cycles} ago in {@code component}; {@code reset} in the first
   * cycles after reset.
   */
  public static <T extends Data> T of(Component component, int cycles, T data, long reset) {
    return line(component, cycles, data, reset).get(cycles);
  }

  /**
   * {@code data} now and as it was 1 to {@code cycles} ago in {@code component}, through registers
   * that reset leaves alone; the index is the number of cycles.
   */
  public static <T extends Data> List<T> line(Component component, int cycles, T data) {
    List<T> line = new ArrayList<>(List.of(data));
    for (int cycle = 0; cycle < cycles; cycle++) {
      T delayed = component.next(line.get(cycle));
      line.add(delayed);
    }
    return line;
  }

  /**
   * {@code data} now and as it was 1 to {@code cycles} ago in {@code component}; {@code reset} in
   * the first cycles after reset; the index is the number of cycles.
   */
  public static <T extends Data> List<T> line(Component component, int cycles, T data, long reset) {
    List<T> line = new ArrayList<>(List.of(data));
    for (int cycle = 0; cycle < cycles; cycle++) {
      T delayed = component.next(line.get(cycle), reset);
      line.add(delayed);
    }
    return line;
  }
}

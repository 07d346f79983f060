package dev.heddle.lib;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * An asynchronous serial line as it is at each clock edge, drawn bit by bit by a sender whose clock
 * is not that of the design.
 */
public final class SerialWave {
  private byte[] levels = new byte[1024];
  private double end;

  /** The line is at {@code level} for {@code cycles}, of which there may be a part. */
  public SerialWave hold(int level, double cycles) {
    double from = end;
    end += cycles;
    int last = (int) Math.ceil(end);
    if (last >= levels.length) {
      levels = Arrays.copyOf(levels, 2 * last);
    }
    for (int cycle = (int) Math.ceil(from); cycle < last; cycle++) {
      levels[cycle] = (byte) level;
    }
    return this;
  }

  /** A byte with start and stop bit, {@code period} cycles each. */
  public SerialWave send(int data, double period) {
    hold(0, period);
    for (int bit = 0; bit < 8; bit++) {
      hold(data >> bit & 1, period);
    }
    return hold(1, period);
  }

  /** Cycles so far. */
  public int cycles() {
    return (int) Math.ceil(end);
  }

  /** The level at each clock edge. */
  public byte[] levels() {
    return Arrays.copyOf(levels, cycles());
  }

  /** First cycle from {@code from} in which a line was at {@code level}. */
  public static OptionalInt next(int[] line, int level, int from) {
    for (int cycle = from; cycle < line.length; cycle++) {
      if (line[cycle] == level) {
        return OptionalInt.of(cycle);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * The bytes on a line.
   *
   * @throws AssertionError when a stop bit is zero
   */
  public static byte[] receive(int[] line, double period) {
    byte[] bytes = new byte[line.length];
    int count = 0;
    OptionalInt start = next(line, 0, 0);
    while (start.isPresent() && start.getAsInt() + 10 * period < line.length) {
      double middle = start.getAsInt() + period / 2;
      int data = 0;
      for (int bit = 0; bit < 8; bit++) {
        data |= line[(int) (middle + (bit + 1) * period)] << bit;
      }
      int stop = (int) (middle + 9 * period);
      if (line[stop] == 0) {
        throw new AssertionError("the stop bit of byte %d is zero".formatted(count));
      }
      bytes[count++] = (byte) data;
      start = next(line, 0, stop);
    }
    return Arrays.copyOf(bytes, count);
  }
}

package dev.heddle.lib;

/**
 * The length of a bit on an asynchronous serial line, in parts of {@code 2^-8} of a clock cycle, so
 * that any clock meets any usual rate: 12 MHz and 115,200 baud are 104.17 cycles, off by 16 ppm
 * instead of 1,600.
 */
public final class UartPeriod {
  /** Fraction bits of a period. */
  public static final int FRACTION_BITS = 8;

  /** Bits of a period. */
  public static final int BITS = 20;

  /** The fewest cycles of a bit: the receiver samples its middle to within a cycle. */
  public static final int LEAST_CYCLES = 4;

  private UartPeriod() {}

  /**
   * The period of a rate.
   *
   * @throws IllegalArgumentException when the clock is too slow or too fast for the rate
   */
  public static int of(long clockHz, int baud) {
    long period = baud < 1 ? 0 : ((clockHz << FRACTION_BITS) + baud / 2) / baud;
    if (period < LEAST_CYCLES << FRACTION_BITS || period >= 1 << BITS) {
      throw new IllegalArgumentException(
          "a clock of %d Hz cannot make %d baud: a bit takes %d to %d cycles"
              .formatted(clockHz, baud, LEAST_CYCLES, (1 << BITS - FRACTION_BITS) - 1));
    }
    return (int) period;
  }

  /** The rate that a period has, rounded. */
  public static int baud(long clockHz, int period) {
    return (int) (((clockHz << FRACTION_BITS) + period / 2) / period);
  }
}

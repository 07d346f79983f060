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

  /** Whether a clock makes a rate. */
  public static boolean isPossible(long clockHz, int baud) {
    long period = rounded(clockHz, baud);
    return period >= LEAST_CYCLES << FRACTION_BITS && period < 1 << BITS;
  }

  private static long rounded(long clockHz, int baud) {
    return baud < 1 ? 0 : ((clockHz << FRACTION_BITS) + baud / 2) / baud;
  }

  /**
   * The period of a rate.
   *
   * @throws IllegalArgumentException when the clock is too slow or too fast for the rate
   */
  public static int of(long clockHz, int baud) {
    if (!isPossible(clockHz, baud)) {
      throw new IllegalArgumentException(
          "a clock of %d Hz cannot make %d baud: a bit takes %d to %d cycles"
              .formatted(clockHz, baud, LEAST_CYCLES, (1 << BITS - FRACTION_BITS) - 1));
    }
    return (int) rounded(clockHz, baud);
  }

  /** The rate that a period has, rounded. */
  public static int baud(long clockHz, int period) {
    return (int) (((clockHz << FRACTION_BITS) + period / 2) / period);
  }
}

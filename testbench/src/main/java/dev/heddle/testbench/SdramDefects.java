package dev.heddle.testbench;

/**
 * What is broken of a simulated SDRAM chip.
 *
 * @param dataLow data pins that are stuck at 0, a bit each
 * @param dataHigh data pins that are stuck at 1
 * @param addressLow address pins that are stuck at 0; pins 0 to 6 and 10 also carry the mode and
 *     the choice of all banks, so that a chip with one of them stuck refuses to start
 * @param addressHigh address pins that are stuck at 1
 * @param forgets whether REFRESH reaches no row: one that was not open for the refresh period of
 *     the chip is full of zeros
 */
public record SdramDefects(
    long dataLow, long dataHigh, long addressLow, long addressHigh, boolean forgets) {
  /** Nothing is broken. */
  public static final SdramDefects NONE = new SdramDefects(0, 0, 0, 0, false);

  /** A data pin is stuck as well. */
  public SdramDefects withStuckData(int pin, boolean high) {
    return high
        ? new SdramDefects(dataLow, dataHigh | 1L << pin, addressLow, addressHigh, forgets)
        : new SdramDefects(dataLow | 1L << pin, dataHigh, addressLow, addressHigh, forgets);
  }

  /** An address pin is stuck as well. */
  public SdramDefects withStuckAddress(int pin, boolean high) {
    return high
        ? new SdramDefects(dataLow, dataHigh, addressLow, addressHigh | 1L << pin, forgets)
        : new SdramDefects(dataLow, dataHigh, addressLow | 1L << pin, addressHigh, forgets);
  }

  /** Rows lose what they hold, REFRESH or not. */
  public SdramDefects withoutRefresh() {
    return new SdramDefects(dataLow, dataHigh, addressLow, addressHigh, true);
  }

  /** As the simulator reads it. */
  String specification() {
    return "dataLow=%d dataHigh=%d addressLow=%d addressHigh=%d forgets=%d"
        .formatted(dataLow, dataHigh, addressLow, addressHigh, forgets ? 1 : 0);
  }
}

package dev.heddle.lib.sdram;

import java.math.BigInteger;

/**
 * The times that a chip demands between its commands, by the names of JEDEC 21-C and of data
 * sheets; picoseconds where no other unit stands.
 *
 * @param ck2 shortest clock period with a CAS latency of 2 cycles
 * @param ck3 shortest clock period with a CAS latency of 3 cycles
 * @param rcd tRCD, from ACTIVATE to READ or WRITE
 * @param rp tRP, from PRECHARGE to ACTIVATE or REFRESH
 * @param ras tRAS, from ACTIVATE to PRECHARGE
 * @param rasMaximum the longest that a row may be open
 * @param rc tRC, from ACTIVATE to ACTIVATE of the same bank
 * @param rfc tRFC, from REFRESH to ACTIVATE or REFRESH
 * @param rrd tRRD, from ACTIVATE to ACTIVATE of another bank
 * @param wr tWR, from WRITE to PRECHARGE, in cycles
 * @param mrd tMRD, from MODE REGISTER SET to the next command, in cycles
 * @param refreshPeriod time in which every row has to be refreshed
 * @param refreshes REFRESH commands that refresh every row
 * @param powerUp from power and a stable clock to the first command
 */
public record SdramTiming(
    long ck2,
    long ck3,
    long rcd,
    long rp,
    long ras,
    long rasMaximum,
    long rc,
    long rfc,
    long rrd,
    int wr,
    int mrd,
    long refreshPeriod,
    int refreshes,
    long powerUp) {
  private static final BigInteger PICOSECONDS = BigInteger.TEN.pow(12);

  public SdramTiming {
    positive(
        ck2,
        ck3,
        rcd,
        rp,
        ras,
        rasMaximum,
        rc,
        rfc,
        rrd,
        wr,
        mrd,
        refreshPeriod,
        refreshes,
        powerUp);
  }

  private static void positive(long... values) {
    for (long value : values) {
      if (value < 1) {
        throw new IllegalArgumentException(
            "a time of " + value + " in SdramTiming; all times are 1 or more");
      }
    }
  }

  /**
   * The CAS latency to use, in cycles: 2 where the chip is fast enough for it.
   *
   * @throws IllegalArgumentException if the chip is too slow for the clock
   */
  public int casLatency(long clockHz) {
    if (clockHz < 1) {
      throw new IllegalArgumentException("a clock of " + clockHz + " Hz");
    }
    if (fits(ck2, clockHz)) {
      return 2;
    }
    if (fits(ck3, clockHz)) {
      return 3;
    }
    throw new IllegalArgumentException(
        "a clock of %d Hz is too fast for an SDRAM with a shortest period of %d ps"
            .formatted(clockHz, ck3));
  }

  private static boolean fits(long period, long clockHz) {
    return exact(period, clockHz).compareTo(PICOSECONDS) <= 0;
  }

  private static BigInteger exact(long picoseconds, long clockHz) {
    return BigInteger.valueOf(picoseconds).multiply(BigInteger.valueOf(clockHz));
  }

  /** The cycles that last at least {@code picoseconds}. */
  public static long atLeast(long picoseconds, long clockHz) {
    return exact(picoseconds, clockHz)
        .add(PICOSECONDS.subtract(BigInteger.ONE))
        .divide(PICOSECONDS)
        .longValueExact();
  }

  /** The cycles that last at most {@code picoseconds}. */
  public static long atMost(long picoseconds, long clockHz) {
    return exact(picoseconds, clockHz).divide(PICOSECONDS).longValueExact();
  }
}

package dev.heddle.lib.sdram;

/**
 * The times of a chip in cycles of a clock, as the controller keeps them.
 *
 * @param casLatency from READ to its word
 * @param rcd from ACTIVATE to READ or WRITE
 * @param rp from PRECHARGE to ACTIVATE or REFRESH
 * @param ras from ACTIVATE to PRECHARGE, so long that tRC is kept too
 * @param rfc from REFRESH to the next command
 * @param rrd from ACTIVATE to ACTIVATE
 * @param wr from WRITE to PRECHARGE
 * @param mrd from MODE REGISTER SET to the next command
 * @param refreshInterval from one REFRESH falling due to the next
 * @param powerUp from reset to the first command
 */
record SdramCycles(
    int casLatency,
    int rcd,
    int rp,
    int ras,
    int rfc,
    int rrd,
    int wr,
    int mrd,
    int refreshInterval,
    int powerUp) {
  /** Intervals by which a REFRESH may be late without a row waiting longer than its period. */
  private static final int SLACK = 8;

  static SdramCycles of(SdramTiming timing, long clockHz) {
    int casLatency = timing.casLatency(clockHz);
    int rp = atLeast(timing.rp(), clockHz);
    int ras = atLeast(timing.ras(), clockHz);
    int rc = atLeast(timing.rc(), clockHz);
    long interval = timing.refreshPeriod() / (timing.refreshes() + SLACK);
    int rfc = atLeast(timing.rfc(), clockHz);
    int refreshInterval = (int) SdramTiming.atMost(interval, clockHz);
    if (refreshInterval < 8 * rfc) {
      throw new IllegalArgumentException(
          "a refresh every %d cycles of %d Hz leaves no time for anything else; use a faster clock"
              .formatted(refreshInterval, clockHz));
    }
    return new SdramCycles(
        casLatency,
        atLeast(timing.rcd(), clockHz),
        rp,
        Math.max(ras, rc - rp),
        rfc,
        atLeast(timing.rrd(), clockHz),
        timing.wr(),
        timing.mrd(),
        refreshInterval,
        atLeast(timing.powerUp(), clockHz));
  }

  private static int atLeast(long picoseconds, long clockHz) {
    return Math.toIntExact(SdramTiming.atLeast(picoseconds, clockHz));
  }
}

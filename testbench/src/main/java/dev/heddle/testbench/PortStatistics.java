package dev.heddle.testbench;

/**
 * What happened on one memory port since the machine was made.
 *
 * @param readBursts read addresses taken
 * @param readBeats read beats delivered
 * @param writeBursts write bursts whose data are complete
 * @param writeBeats write beats taken
 * @param readAddressStalls cycles with {@code arvalid} and no {@code arready}
 * @param writeAddressStalls cycles with {@code awvalid} and no {@code awready}
 * @param writeDataStalls cycles with {@code wvalid} and no {@code wready}
 * @param readWaits cycles with a read outstanding and no {@code rvalid}: the memory is late
 * @param readBackPressure cycles with {@code rvalid} and no {@code rready}: the design is late
 * @param readLatencySum cycles from an address to its first beat, over all bursts
 * @param readLatencyMaximum the longest of them
 * @param rowHits accesses to an open row (DDR models)
 * @param rowMisses accesses that had to open a row
 * @param refreshes refreshes of all banks
 */
public record PortStatistics(
    long readBursts,
    long readBeats,
    long writeBursts,
    long writeBeats,
    long readAddressStalls,
    long writeAddressStalls,
    long writeDataStalls,
    long readWaits,
    long readBackPressure,
    long readLatencySum,
    long readLatencyMaximum,
    long rowHits,
    long rowMisses,
    long refreshes) {

  static final int COUNTERS = 14;

  static PortStatistics of(long[] counters) {
    int i = 0;
    return new PortStatistics(
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i++],
        counters[i]);
  }

  /** Mean cycles from an address to its first beat; 0 without reads. */
  public double meanReadLatency() {
    return readBursts == 0 ? 0 : (double) readLatencySum / readBursts;
  }
}

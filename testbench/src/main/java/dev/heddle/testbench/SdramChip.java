package dev.heddle.testbench;

import dev.heddle.lib.sdram.SdramDevice;
import dev.heddle.lib.sdram.SdramPins;
import dev.heddle.lib.sdram.SdramTiming;

/**
 * A simulated SDRAM chip on the {@link SdramPins} of a design. It is in C++, and refuses every
 * command that comes too early, too late or out of order with an {@link SdramViolationException};
 * pins that nobody drives are random.
 *
 * <p>Its memory is that of the address map of the controller, row, bank, column from the top, and
 * can be read and written from Java at any time.
 */
public final class SdramChip {
  private final Simulation simulation;
  private final CardMemory memory;
  private final int part;

  /**
   * What a chip did.
   *
   * @param reads READ commands
   * @param writes WRITE commands
   * @param activates ACTIVATE commands
   * @param refreshes REFRESH commands after the start
   * @param lastColumn cycle of the last READ or WRITE
   */
  public record Statistics(
      long reads, long writes, long activates, long refreshes, long lastColumn) {
    private static final int COUNTERS = 5;
  }

  private SdramChip(Simulation simulation, CardMemory memory, int part) {
    this.simulation = simulation;
    this.memory = memory;
    this.part = part;
  }

  /**
   * Puts a chip on the pins of a design that has been reset; power comes on in the next cycle.
   *
   * @param pins name of the pins, such as {@code sdram}
   * @param clockHz clock of the chip, which is the first clock of the simulation
   * @param pinDelay cycles by which its words come late
   */
  public static SdramChip attach(
      Simulation simulation, String pins, SdramDevice device, long clockHz, int pinDelay) {
    return attach(simulation, pins, device, clockHz, pinDelay, SdramDefects.NONE);
  }

  /**
   * Puts a chip that may be broken on the pins of a design, as {@link #attach(Simulation, String,
   * SdramDevice, long, int)}.
   */
  public static SdramChip attach(
      Simulation simulation,
      String pins,
      SdramDevice device,
      long clockHz,
      int pinDelay,
      SdramDefects defects) {
    CardMemory memory = new CardMemory(device.size());
    String specification = specification(device, clockHz, pinDelay) + ' ' + defects.specification();
    int part = simulation.attach(pins + "_", specification, memory);
    return new SdramChip(simulation, memory, part);
  }

  private static String specification(SdramDevice device, long clockHz, int pinDelay) {
    SdramTiming timing = device.timing();
    return ("sdram bankBits=%d rowBits=%d columnBits=%d bytes=%d cas=%d rcd=%d rp=%d ras=%d"
            + " rasMaximum=%d rc=%d rfc=%d rrd=%d wr=%d mrd=%d refreshPeriod=%d refreshes=%d"
            + " powerUp=%d pinDelay=%d")
        .formatted(
            device.bankBits(),
            device.rowBits(),
            device.columnBits(),
            device.bytes(),
            timing.casLatency(clockHz),
            SdramTiming.atLeast(timing.rcd(), clockHz),
            SdramTiming.atLeast(timing.rp(), clockHz),
            SdramTiming.atLeast(timing.ras(), clockHz),
            SdramTiming.atMost(timing.rasMaximum(), clockHz),
            SdramTiming.atLeast(timing.rc(), clockHz),
            SdramTiming.atLeast(timing.rfc(), clockHz),
            SdramTiming.atLeast(timing.rrd(), clockHz),
            timing.wr(),
            timing.mrd(),
            SdramTiming.atMost(timing.refreshPeriod(), clockHz),
            timing.refreshes(),
            SdramTiming.atLeast(timing.powerUp(), clockHz),
            pinDelay);
  }

  /** What it holds; zeros at first. */
  public CardMemory memory() {
    return memory;
  }

  /** What it did so far. */
  public Statistics statistics() {
    long[] all = simulation.statistics(part, Statistics.COUNTERS);
    return new Statistics(all[0], all[1], all[2], all[3], all[4]);
  }
}

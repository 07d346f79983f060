package dev.heddle.testbench;

/**
 * A simulated master on an AXI4 slave of a design: makes bursts at random, knows what it has to
 * read, and checks every beat and every response ({@link AxiViolationException}). It is in C++: a
 * million bursts take seconds.
 *
 * <p>Bursts are incrementing and of whole beats, within a page of 4 KB. A burst that overlaps a
 * write waits for the answer of that write.
 */
public final class AxiTraffic {
  private final Simulation simulation;
  private final String port;
  private final CardMemory memory;
  private final int part;
  private final Plan plan;

  /**
   * What the master does.
   *
   * @param seed of everything random
   * @param bursts bursts to make
   * @param readPercent share of reads
   * @param beats beats of a burst, or of the longest one
   * @param anyLength whether bursts are of 1 to {@code beats} beats at any address, half of them
   *     short and a quarter near the one that was written last; otherwise all have {@code beats}
   *     beats and are aligned to their size
   * @param sequential whether each begins where the one before ended
   * @param gapPercent probability that an address or a write beat is late by a cycle
   * @param stallPercent probability that read data or a response is not taken in a cycle
   * @param strobePercent share of writes that leave out bytes
   * @param outstanding most bursts of a direction without a complete response
   */
  public record Plan(
      long seed,
      long bursts,
      int readPercent,
      int beats,
      boolean anyLength,
      boolean sequential,
      int gapPercent,
      int stallPercent,
      int strobePercent,
      int outstanding) {
    /** Bursts of all kinds with pauses of all kinds. */
    public static Plan random(long seed, long bursts, int beats) {
      return new Plan(seed, bursts, 50, beats, true, false, 20, 20, 30, 8);
    }

    /** Bursts of one length as fast as can be. */
    public static Plan steady(long bursts, int readPercent, int beats, boolean sequential) {
      return new Plan(1, bursts, readPercent, beats, false, sequential, 0, 0, 0, 8);
    }

    private String specification() {
      return ("traffic seed=%d bursts=%d readPercent=%d beats=%d anyLength=%d sequential=%d"
              + " gapPercent=%d stallPercent=%d strobePercent=%d outstanding=%d")
          .formatted(
              seed,
              bursts,
              readPercent,
              beats,
              anyLength ? 1 : 0,
              sequential ? 1 : 0,
              gapPercent,
              stallPercent,
              strobePercent,
              outstanding);
    }
  }

  /**
   * What the master has done.
   *
   * @param reads bursts read
   * @param writes bursts written and answered
   * @param readBeats beats read
   * @param writeBeats beats that the design took
   * @param firstCycle cycle of the first address
   * @param lastCycle cycle of the last read beat or answer
   */
  public record Statistics(
      long reads, long writes, long readBeats, long writeBeats, long firstCycle, long lastCycle) {
    private static final int COUNTERS = 6;
  }

  private AxiTraffic(Simulation simulation, String port, CardMemory memory, Plan plan) {
    this.simulation = simulation;
    this.port = port;
    this.memory = memory;
    this.plan = plan;
    part = simulation.attach(port + "_", plan.specification(), memory);
  }

  /**
   * Puts a master on a slave of a design. It begins with the next cycle.
   *
   * @param port name of the AXI port, such as {@code axi}
   * @param bytes bytes that it uses, from address 0; zeros at first
   */
  public static AxiTraffic attach(Simulation simulation, String port, long bytes, Plan plan) {
    return new AxiTraffic(simulation, port, new CardMemory(bytes), plan);
  }

  /** Puts another master in the place of this one, whose bursts are complete. */
  public AxiTraffic then(Plan next) {
    return new AxiTraffic(simulation, port, memory, next);
  }

  /** What the memory behind the slave has to hold when all is done. */
  public CardMemory memory() {
    return memory;
  }

  /** What it has done so far. */
  public Statistics statistics() {
    long[] all = simulation.statistics(part, Statistics.COUNTERS);
    return new Statistics(all[0], all[1], all[2], all[3], all[4], all[5]);
  }

  /**
   * Runs the simulation until all bursts are complete.
   *
   * @throws DeadlockException if none completes for {@code patience} cycles
   */
  public void finish(int patience) {
    long done = done();
    while (done < plan.bursts()) {
      simulation.step(patience);
      long now = done();
      if (now == done) {
        throw new DeadlockException(
            "no burst ended in %d cycles; %d of %d are done"
                .formatted(patience, done, plan.bursts()),
            "",
            simulation.cycle());
      }
      done = now;
    }
  }

  private long done() {
    Statistics statistics = statistics();
    return statistics.reads() + statistics.writes();
  }
}

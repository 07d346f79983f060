package dev.heddle.testbench;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.sdram.SdramController;
import dev.heddle.lib.sdram.SdramDevice;
import dev.heddle.testbench.AxiTraffic.Plan;
import java.util.Random;

/**
 * An {@link SdramController} with its chip, out of reset, and masters for its port {@code axi}. The
 * chip holds random bytes.
 *
 * <pre>
 *   try (SimulatedSdram memory = new SimulatedSdram(parameters, LibraryOptions.CHECKED)) {
 *     memory.finish(memory.traffic(AxiTraffic.Plan.random(1, 100_000, 32)));
 *   }
 * </pre>
 */
public final class SimulatedSdram implements AutoCloseable {
  /** Cycles without an answer after which a memory is taken to be stuck. */
  private static final int PATIENCE = 100_000;

  /** More cycles than words to be written can wait, refreshes included. */
  private static final int DRAIN = 1000;

  /** More than the power-up wait of any chip and what follows it. */
  private static final int START_MICROSECONDS = 210;

  private static final int MICROSECONDS = 1_000_000;
  private static final int SEED = 1;

  private final Parameters parameters;
  private final Simulation simulation;
  private final SdramChip chip;

  /**
   * What is simulated.
   *
   * @param device the chip
   * @param clockHz its clock
   * @param shape port of the controller
   * @param pinDelay cycles by which words come late
   */
  public record Parameters(SdramDevice device, long clockHz, AxiShape shape, int pinDelay) {
    @Override
    public String toString() {
      return "%s at %d MHz, %d bits"
          .formatted(device.name(), clockHz / MICROSECONDS, shape.dataBits());
    }
  }

  /** A controller with the chip that it is made for. */
  public SimulatedSdram(Parameters parameters, LibraryOptions options) {
    this(parameters, options, parameters.device());
  }

  /** A controller with a chip that may have other times than the controller knows. */
  public SimulatedSdram(Parameters parameters, LibraryOptions options, SdramDevice device) {
    this.parameters = parameters;
    SdramController controller =
        new SdramController(
            parameters.device(), parameters.clockHz(), parameters.shape(), parameters.pinDelay());
    simulation = Simulation.of(VerilogWriter.write(controller), options, 1);
    simulation.clock("clk");
    simulation.reset(2);
    chip =
        SdramChip.attach(simulation, "sdram", device, parameters.clockHz(), parameters.pinDelay());
    Random random = new Random(SEED);
    byte[] page = new byte[CardMemory.PAGE];
    for (long at = 0; at < chip.memory().size(); at += page.length) {
      random.nextBytes(page);
      chip.memory().write(at, page);
    }
  }

  /** The design. */
  public Simulation simulation() {
    return simulation;
  }

  /** The chip. */
  public SdramChip chip() {
    return chip;
  }

  /** Runs until the chip has started. */
  public void start() {
    simulation.step(parameters.clockHz() / MICROSECONDS * START_MICROSECONDS);
  }

  /** A master that uses the whole memory, and knows what the chip holds now. */
  public AxiTraffic traffic(Plan plan) {
    long size = parameters.device().size();
    AxiTraffic traffic = AxiTraffic.attach(simulation, "axi", size, plan);
    traffic.memory().write(0, chip.memory().buffer(0, size));
    return traffic;
  }

  /** Runs until all bursts are complete and all words written. */
  public void finish(AxiTraffic traffic) {
    traffic.finish(PATIENCE);
    simulation.step(DRAIN);
  }

  /**
   * Cycles that a started memory takes for all bursts of a plan: from the first address to the last
   * word, at the chip when it is written, at the master when it is read.
   */
  public long cycles(Plan plan) {
    AxiTraffic traffic = traffic(plan);
    finish(traffic);
    AxiTraffic.Statistics master = traffic.statistics();
    return Math.max(chip.statistics().lastColumn(), master.lastCycle()) - master.firstCycle() + 1;
  }

  @Override
  public void close() {
    simulation.close();
  }
}

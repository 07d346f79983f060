package dev.heddle.lib.sdram;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.AxiShape;
import dev.heddle.testbench.AxiTraffic;
import dev.heddle.testbench.AxiTraffic.Plan;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.SdramChip;
import dev.heddle.testbench.Simulation;

/** A controller with its chip. */
record SdramBench(SdramDevice device, long clockHz, int dataBits, int pinDelay) {
  private static final int PATIENCE = 100_000;
  private static final int START_MICROSECONDS = 210;

  @Override
  public String toString() {
    return "%s at %d MHz, %d bits".formatted(device.name(), clockHz / 1_000_000, dataBits);
  }

  /** The times of a chip with {@code refreshes} REFRESH in {@code period} picoseconds. */
  static SdramTiming refreshing(SdramDevice device, long period, int refreshes) {
    SdramTiming t = device.timing();
    return new SdramTiming(
        t.ck2(),
        t.ck3(),
        t.rcd(),
        t.rp(),
        t.ras(),
        t.rasMaximum(),
        t.rc(),
        t.rfc(),
        t.rrd(),
        t.wr(),
        t.mrd(),
        period,
        refreshes,
        t.powerUp());
  }

  Run run(LibraryOptions options) {
    return run(options, device);
  }

  /** The controller in front of another chip than it was made for. */
  Run run(LibraryOptions options, SdramDevice other) {
    return new Run(this, options, other);
  }

  /** A simulation out of reset. */
  static final class Run implements AutoCloseable {
    final Simulation simulation;
    final SdramChip chip;
    private final SdramBench bench;
    private final AxiShape shape;

    private Run(SdramBench bench, LibraryOptions options, SdramDevice other) {
      this.bench = bench;
      shape = new AxiShape(32, bench.dataBits, 3);
      simulation =
          Simulation.of(
              VerilogWriter.write(
                  new SdramController(bench.device, bench.clockHz, shape, bench.pinDelay)),
              options,
              1);
      simulation.clock("clk");
      simulation.reset(2);
      chip = SdramChip.attach(simulation, "sdram", other, bench.clockHz, bench.pinDelay);
    }

    AxiTraffic traffic(Plan plan) {
      return AxiTraffic.attach(simulation, "axi", bench.device.size(), plan);
    }

    /** Runs until all bursts are complete and all words written. */
    void finish(AxiTraffic traffic) {
      traffic.finish(PATIENCE);
      simulation.step(1000);
    }

    /** Runs until the chip has started. */
    void start() {
      simulation.step(bench.clockHz / 1_000_000 * START_MICROSECONDS);
    }

    /** Cycles from the first address to the last word at the chip or at the master. */
    long cycles(int burstBytes, long bytes, int readPercent, boolean sequential) {
      start();
      Plan plan =
          Plan.steady(bytes / burstBytes, readPercent, burstBytes / shape.bytes(), sequential);
      AxiTraffic traffic = traffic(plan);
      finish(traffic);
      AxiTraffic.Statistics master = traffic.statistics();
      return Math.max(chip.statistics().lastColumn(), master.lastCycle()) - master.firstCycle() + 1;
    }

    /** Offers an address until it is taken. */
    void address(String channel, long address, int beats) {
      simulation.set(channel + "addr", address);
      simulation.set(channel + "len", beats - 1);
      simulation.set(channel + "size", shape.size());
      simulation.set(channel + "burst", 1);
      offer(channel);
    }

    /** Offers a beat to write until it is taken. */
    void beat(int data) {
      simulation.set("axi_wdata", Integer.toUnsignedLong(data));
      simulation.set("axi_wstrb", (1L << shape.bytes()) - 1);
      offer("axi_w");
    }

    private void offer(String channel) {
      simulation.set(channel + "valid", 1);
      simulation.eval();
      while (simulation.value(channel + "ready") == 0) {
        simulation.step();
      }
      simulation.step();
      simulation.set(channel + "valid", 0);
    }

    @Override
    public void close() {
      simulation.close();
    }
  }
}

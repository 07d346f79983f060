package dev.heddle.host.bench;

import dev.heddle.lib.AxiShape;
import dev.heddle.lib.sdram.SdramDevice;
import dev.heddle.testbench.AxiTraffic.Plan;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.SimulatedSdram;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The SDRAM chips of boards behind their controller, at 100 MHz with beats of 128 bits: {@code
 * payload_share}, the words that moved as a share of all cycles, refreshes included. {@code
 * read/DEVICE} and {@code write/DEVICE} are sequences of 64 bytes, {@code mixed/DEVICE} one of
 * reads and writes at random, {@code random-64/DEVICE} reads of 64 bytes at random addresses. Every
 * beat that is read is compared with what was written.
 */
final class SdramBenchmark implements Benchmark {
  private static final long CLOCK_HZ = 100_000_000;
  private static final AxiShape SHAPE = new AxiShape(32, 128, 1);
  private static final int BURST_BYTES = 64;

  private final int bytes;

  /** What a case does. */
  private enum Workload {
    READ("read", 100, true),
    WRITE("write", 0, true),
    MIXED("mixed", 50, true),
    RANDOM_64("random-64", 100, false);

    final String label;
    final int readPercent;
    final boolean sequential;

    Workload(String label, int readPercent, boolean sequential) {
      this.label = label;
      this.readPercent = readPercent;
      this.sequential = sequential;
    }
  }

  /**
   * The benchmark.
   *
   * @param bytes moved in each case
   */
  SdramBenchmark(int bytes) {
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return "sdram";
  }

  @Override
  public Stream<BenchResult> run(Predicate<String> wanted) {
    return Stream.of(
            SdramDevice.AS4C32M16SB,
            SdramDevice.AS4C16M16SA,
            SdramDevice.M12L64322A,
            SdramDevice.GW2AR18)
        .flatMap(
            device -> List.of(Workload.values()).stream().flatMap(w -> run(device, w, wanted)));
  }

  private Stream<BenchResult> run(SdramDevice device, Workload workload, Predicate<String> wanted) {
    String label = workload.label + "/" + device.name();
    if (!wanted.test(label)) {
      return Stream.empty();
    }
    SimulatedSdram.Parameters parameters =
        new SimulatedSdram.Parameters(device, CLOCK_HZ, SHAPE, 0);
    try (SimulatedSdram memory = new SimulatedSdram(parameters, LibraryOptions.FAST)) {
      memory.start();
      Plan plan =
          Plan.steady(
              bytes / BURST_BYTES,
              workload.readPercent,
              BURST_BYTES / SHAPE.bytes(),
              workload.sequential);
      double share = (double) bytes / device.bytes() / memory.cycles(plan);
      return Stream.of(
          new BenchResult(
              name(), label, "payload_share", share, Optional.empty(), Optional.empty()));
    }
  }
}

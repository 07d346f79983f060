package dev.heddle.host.bench;

import dev.heddle.accel.Configuration;
import dev.heddle.testbench.BuildProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The benchmarks of Heddle with the cases that its goals name. */
public final class BenchmarkSuite {
  private static final MatmulBenchmark.Shape SQUARE = new MatmulBenchmark.Shape(4096, 4096);
  private static final MatmulBenchmark.Shape WIDE = new MatmulBenchmark.Shape(4096, 11008);
  private static final MatmulBenchmark.Shape TALL = new MatmulBenchmark.Shape(11008, 4096);
  private static final MatmulBenchmark.Shape SHORT = new MatmulBenchmark.Shape(1024, 4096);

  private static final long LINK_FRAMES = 1_000_000;
  private static final int SDRAM_BYTES = 4 << 20;

  /** Names of the benchmarks, in the order of {@link #of}. */
  public static final List<String> NAMES =
      List.of("gemv", "gemm", "elaborate", "simspeed", "attention", "vitcod", "link", "sdram");

  private BenchmarkSuite() {}

  /**
   * All benchmarks.
   *
   * @param configuration machine of those that simulate one of any size
   * @param mask masks of the {@link VitcodBenchmark}
   * @param notices hears which cases are left out, and why
   * @param progress hears about the builds of simulator libraries
   */
  public static List<Benchmark> of(
      Configuration configuration,
      Optional<Path> mask,
      Consumer<String> notices,
      BuildProgress progress) {
    return List.of(
        MatmulBenchmark.gemv(configuration, List.of(SQUARE, WIDE, TALL), progress),
        MatmulBenchmark.gemm(configuration, List.of(SQUARE, WIDE), progress),
        new ElaborateBenchmark(List.of(64, 128)),
        new SimulationSpeedBenchmark(configuration, SHORT, progress),
        new AttentionBenchmark(progress),
        new VitcodBenchmark(mask, notices, progress),
        new LinkBenchmark(LINK_FRAMES),
        new SdramBenchmark(SDRAM_BYTES));
  }
}

package dev.heddle.host.bench;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.attention.AttentionEngine;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.MaskGenerator;
import dev.heddle.host.mask.LayerMasks;
import dev.heddle.host.mask.MaskCost;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.MemoryModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Attention with the fixed masks of a vision transformer on a machine of ViTCoD's size (You et al.,
 * HPCA 2023): 512 multipliers, 320 KB, 153.6 bytes a cycle from one memory. All layers are one
 * ATTEND descriptor; its cycles count fill, drain, softmax, schedule, loads and write-back.
 *
 * <p>Cases: {@value #DEIT}, the 12 layers of DeiT-Tiny that ViTCoD published, or the masks of
 * another file under its name; and {@code KIND/SPARSITY/SEED}, 12 generated layers of 3 heads with
 * 197 queries and keys, the sparsity in percent.
 */
public final class VitcodBenchmark implements Benchmark {
  /** Case of the published masks. */
  public static final String DEIT = "deit-tiny-95";

  /** The file of the published masks, which is not shipped. */
  public static final String PUBLISHED_MASK = "info_0.95.npy";

  /** The machine. */
  public static final Configuration CONFIGURATION = Configuration.VISION;

  /** One memory of 2.4 beats of 64 bytes a cycle: 76.8 GB/s at 500 MHz. */
  public static final MemoryModel.Shared MEMORY = new MemoryModel.Shared(20, 2.4);

  private static final int DEIT_NON_ZEROS = 74_399;
  private static final int LAYERS = 12;
  private static final int HEADS = 3;
  private static final int TOKENS = 197;
  private static final int SEED = 1;
  private static final List<Integer> PERCENTS = List.of(60, 70, 80, 90, 95, 98);
  private static final double PERCENT = 100;
  private static final double BITS_PER_KB = 8 * 1024.0;

  /** A figure of another machine or schedule for {@link #DEIT}. */
  private record Reference(String metric, long cycles) {}

  /**
   * Calculated, not run: a schedule that gives rows to lanes greedily, where lanes that want one
   * key share its read; and the simulator that ViTCoD published, corrected in its favour to 512
   * multipliers and the mask's non-zeros, which counts neither softmax nor index.
   */
  private static final List<Reference> REFERENCES =
      List.of(
          new Reference("greedy_8_banks", 18_898),
          new Reference("greedy_16_banks", 18_673),
          new Reference("vitcod_best", 25_328),
          new Reference("vitcod_worst", 42_455));

  private final Optional<Path> mask;
  private final Consumer<String> notices;
  private final BuildProgress progress;

  /**
   * The benchmark.
   *
   * @param mask the file of the published masks, or of others; without one only generated masks run
   * @param notices hears which cases are left out, and why
   * @param progress hears about the builds of simulator libraries
   */
  public VitcodBenchmark(Optional<Path> mask, Consumer<String> notices, BuildProgress progress) {
    this.mask = mask;
    this.notices = notices;
    this.progress = progress;
  }

  @Override
  public String name() {
    return "vitcod";
  }

  @Override
  public Stream<BenchResult> run(Predicate<String> wanted) {
    Stream<BenchResult> generated =
        Stream.of(MaskGenerator.Kind.values())
            .flatMap(kind -> PERCENTS.stream().map(percent -> new Generated(kind, percent)))
            .filter(masks -> wanted.test(masks.workload()))
            .flatMap(this::measure);
    return Stream.concat(
        Stream.of(fileCase()).filter(wanted).flatMap(this::measureFile), generated);
  }

  /** Generated layers, each of the next seed. */
  private record Generated(MaskGenerator.Kind kind, int percent) {
    String workload() {
      return kind + "/" + percent + "/" + SEED;
    }

    List<AttentionMask> layers() {
      return IntStream.range(SEED, SEED + LAYERS)
          .mapToObj(
              seed ->
                  new MaskGenerator(kind, percent / PERCENT, seed).generate(HEADS, TOKENS, TOKENS))
          .toList();
    }
  }

  private String fileCase() {
    String file = mask.map(path -> path.getFileName().toString()).orElse(PUBLISHED_MASK);
    return file.equals(PUBLISHED_MASK) ? DEIT : file.replaceFirst("\\.npy$", "");
  }

  private Stream<BenchResult> measureFile(String workload) {
    if (mask.isEmpty()) {
      notices.accept(
          "%s is left out: its masks are not shipped; name ViTCoD's file %s with --mask"
              .formatted(workload, PUBLISHED_MASK));
      return Stream.empty();
    }
    List<AttentionMask> layers = LayerMasks.read(mask.get(), false).layers();
    MaskedAttention attention = new MaskedAttention(CONFIGURATION, layers, MEMORY);
    AttentionRun measured = attention.run(progress);
    MaskCost cost = attention.cost();
    List<BenchResult> results = new ArrayList<>();
    results.add(result(workload, "cycles", measured.cycles()));
    results.add(calculated(workload, "floor", attention.arithmeticFloor()));
    results.add(calculated(workload, "steps", cost.steps()));
    if (workload.equals(DEIT) && cost.nonZeros() == DEIT_NON_ZEROS) {
      for (Reference reference : REFERENCES) {
        results.add(calculated(workload, reference.metric(), reference.cycles()));
      }
    }
    results.add(result(workload, "cycles_over_bound", overBound(attention, measured)));
    results.add(result(workload, "bytes", measured.bytes()));
    results.add(result(workload, "bytes_per_cycle", (double) measured.bytes() / measured.cycles()));
    double kilobytes = new AttentionEngine(CONFIGURATION).close().memoryBits() / BITS_PER_KB;
    results.add(result(workload, "memory_kb", kilobytes));
    AttentionShape shape = CONFIGURATION.attention().orElseThrow();
    results.add(result(workload, "multipliers_8x8", (double) shape.lanes() * shape.keyDimension()));
    results.add(
        result(
            workload,
            "multipliers_%dx8".formatted(GoldenAttention.WEIGHT_BITS),
            (double) shape.lanes() * shape.valueDimension()));
    return results.stream();
  }

  private Stream<BenchResult> measure(Generated masks) {
    MaskedAttention attention = new MaskedAttention(CONFIGURATION, masks.layers(), MEMORY);
    AttentionRun measured = attention.run(progress);
    return Stream.of(
        result(masks.workload(), "cycles", measured.cycles()),
        result(masks.workload(), "cycles_over_bound", overBound(attention, measured)));
  }

  /** Cycles relative to the bound of lanes and memory. */
  private static double overBound(MaskedAttention attention, AttentionRun measured) {
    return (double) measured.cycles() / attention.bound();
  }

  private BenchResult result(String workload, String metric, double value) {
    return new BenchResult(
        name(),
        workload,
        metric,
        value,
        Optional.of(CONFIGURATION.name()),
        Optional.of(MEMORY.label()));
  }

  private BenchResult calculated(String workload, String metric, double value) {
    return new BenchResult(name(), workload, metric, value, Optional.empty(), Optional.empty());
  }
}

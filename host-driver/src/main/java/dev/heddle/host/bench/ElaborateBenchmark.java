package dev.heddle.host.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.heddle.example.Systolic;
import dev.heddle.hdl.verilog.VerilogWriter;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Builds a weight-stationary int8 systolic array as a hierarchy of cells and writes its Verilog, in
 * a warm JVM: {@code cpu_ms}, the median of {@value #ROUNDS} rounds after {@value #WARM_UP_ROUNDS}
 * that are not counted. The CPU time is that of the whole process over a round, so the collector's
 * and the compiler's threads count. Sizes take turns, round by round: what else the machine does
 * then slows all of them, and their ratio holds.
 */
public final class ElaborateBenchmark implements Benchmark {
  /** Rounds that are measured. */
  public static final int ROUNDS = 10;

  private static final int WARM_UP_ROUNDS = 30;
  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

  private final List<Integer> sizes;

  /** Arrays of each of {@code sizes} cells squared. */
  public ElaborateBenchmark(List<Integer> sizes) {
    this.sizes = List.copyOf(sizes);
  }

  @Override
  public String name() {
    return "elaborate";
  }

  @Override
  public Stream<BenchResult> run(Predicate<String> wanted) {
    int[] chosen =
        sizes.stream().filter(size -> wanted.test(size.toString())).mapToInt(i -> i).toArray();
    for (int size : chosen) {
      for (int i = 0; i < WARM_UP_ROUNDS; i++) {
        milliseconds(size);
      }
    }
    double[][] rounds = new double[chosen.length][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < chosen.length; i++) {
        rounds[i][round] = milliseconds(chosen[i]);
      }
    }
    return IntStream.range(0, chosen.length).mapToObj(i -> result(chosen[i], rounds[i]));
  }

  private BenchResult result(int size, double[] rounds) {
    return new BenchResult(
        name(),
        Integer.toString(size),
        "cpu_ms",
        median(rounds),
        Optional.empty(),
        Optional.empty());
  }

  private static double milliseconds(int size) {
    if (Thread.currentThread().isInterrupted()) {
      throw new BenchmarkException("interrupted while elaborating");
    }
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long before = process.getProcessCpuTime();
    String text = VerilogWriter.write(new Systolic(size)).text();
    long after = process.getProcessCpuTime();
    if (text.isEmpty()) {
      throw new BenchmarkException("the systolic array of %d has no text".formatted(size));
    }
    return (after - before) / NANOSECONDS_PER_MILLISECOND;
  }

  /** The middle of the values, or the mean of the two in the middle. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

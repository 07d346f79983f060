package dev.heddle.host.bench;

import dev.heddle.host.link.LineFaults;
import dev.heddle.host.link.LinkStatistics;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The link between host and board on a modelled serial line of 3 Mbaud: its share of the line
 * without faults, and what five kinds of faults make of it.
 */
final class LinkBenchmark implements Benchmark {
  /** Lines with faults, by the names of their cases. */
  static final Map<String, LineFaults> FAULTS = faults();

  private static final long NANOS_OF_A_MILLISECOND = 1_000_000;
  private static final int WRITE_BYTES = 4096;
  private static final int READ_BYTES = 1 << 16;
  private static final int TRANSFERS = 256;

  private final long frames;

  /**
   * The benchmark.
   *
   * @param frames sent over each line with faults
   */
  LinkBenchmark(long frames) {
    this.frames = frames;
  }

  private static Map<String, LineFaults> faults() {
    Map<String, LineFaults> faults = new LinkedHashMap<>();
    faults.put("flips/1e-5", LineFaults.flips(1e-5));
    faults.put("flips/1e-4", LineFaults.flips(1e-4));
    faults.put("flips/1e-3", LineFaults.flips(1e-3));
    faults.put("dropped-doubled/1e-3", new LineFaults(0, 1e-3, 1e-3, 0, 0));
    faults.put("stalls-unplugs", new LineFaults(1e-6, 1e-6, 1e-6, 1e-5, 1e-5));
    return faults;
  }

  @Override
  public String name() {
    return "link";
  }

  @Override
  public Stream<BenchResult> run(Predicate<String> wanted) {
    return Stream.concat(
        Stream.of(1, 16)
            .flatMap(latency -> Stream.of(true, false).flatMap(w -> goodput(w, latency, wanted))),
        FAULTS.entrySet().stream()
            .filter(entry -> wanted.test(entry.getKey()))
            .flatMap(entry -> soak(entry.getKey(), entry.getValue())));
  }

  private Stream<BenchResult> goodput(boolean writing, int latency, Predicate<String> wanted) {
    String workload = (writing ? "write/" : "read/") + latency + "ms";
    if (!wanted.test(workload)) {
      return Stream.empty();
    }
    LinkSoak soak = new LinkSoak(LineFaults.NONE, latency * NANOS_OF_A_MILLISECOND, 1);
    double share = soak.goodput(writing, writing ? WRITE_BYTES : READ_BYTES, TRANSFERS);
    return Stream.of(result(workload, "goodput", share));
  }

  private Stream<BenchResult> soak(String workload, LineFaults faults) {
    LinkStatistics statistics =
        new LinkSoak(faults, NANOS_OF_A_MILLISECOND, workload.hashCode()).run(frames);
    return Stream.of(
        result(workload, "frames", statistics.sent()),
        result(workload, "repeated", statistics.repeated()),
        result(workload, "timeouts", statistics.timeouts()),
        result(workload, "reconnects", statistics.reconnects()));
  }

  private static BenchResult result(String workload, String metric, double value) {
    return new BenchResult("link", workload, metric, value, Optional.empty(), Optional.empty());
  }
}

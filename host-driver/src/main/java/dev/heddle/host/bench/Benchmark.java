package dev.heddle.host.bench;

import java.util.function.Predicate;
import java.util.stream.Stream;

/** A program that measures something. */
public interface Benchmark {
  /** Short lower-case name. */
  String name();

  /**
   * Measures while the stream is read.
   *
   * @param wanted tells by its name whether a case is measured
   * @throws BenchmarkException when a measured machine computed something wrong
   */
  Stream<BenchResult> run(Predicate<String> wanted);
}

package dev.heddle.host.bench;

import java.util.Optional;

/**
 * A figure that a benchmark measured.
 *
 * @param bench name of the benchmark
 * @param workload what it was measured on, such as {@code 4096x4096/q4_0/ddr4}
 * @param metric what was measured
 * @param value the figure
 * @param configuration configuration of the machine, where there is one
 * @param memory label of the memory model, where there is one
 */
public record BenchResult(
    String bench,
    String workload,
    String metric,
    double value,
    Optional<String> configuration,
    Optional<String> memory) {}

package dev.heddle.host.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.testbench.BuildProgress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MatmulBenchmarkTest {
  private static final List<MatmulBenchmark.Shape> SHAPES =
      List.of(new MatmulBenchmark.Shape(16, 64));

  @Test
  void aProductWithOneTokenGivesTheShareOfItsPayload() {
    Benchmark gemv = MatmulBenchmark.gemv(Configuration.NANO, SHAPES, BuildProgress.SILENT);
    List<BenchResult> results = gemv.run(name -> name.contains("q4_0")).toList();
    assertThat(results)
        .extracting(BenchResult::workload)
        .containsExactly("16x64/q4_0/ideal", "16x64/q4_0/ddr4");
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.bench()).isEqualTo("gemv");
              assertThat(result.metric()).isEqualTo("payload_share");
              assertThat(result.value()).isBetween(0.05, 0.95);
              assertThat(result.configuration()).contains("nano");
            });
    assertThat(results)
        .extracting(BenchResult::memory)
        .containsExactly(Optional.of("ideal:32"), Optional.of("ddr4-2400"));
  }

  @Test
  void aProductWithTheMostTokensGivesTheShareOfTheMultipliers() {
    Benchmark gemm = MatmulBenchmark.gemm(Configuration.NANO, SHAPES, BuildProgress.SILENT);
    List<BenchResult> results = gemm.run(name -> true).toList();
    assertThat(results)
        .extracting(BenchResult::workload)
        .containsExactly("16x64/q8_0/T4", "16x64/q4_0/T4", "16x64/q4_1/T4");
    assertThat(results).allSatisfy(result -> assertThat(result.value()).isBetween(0.1, 1.0));
  }

  @Test
  void theMedianIsTheMiddle() {
    assertThat(ElaborateBenchmark.median(new double[] {3, 1, 2})).isEqualTo(2);
    assertThat(ElaborateBenchmark.median(new double[] {4, 1, 2, 8})).isEqualTo(3);
  }
}

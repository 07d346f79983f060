package dev.heddle.host.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SdramBenchmarkTest {
  @Test
  void sequencesUseNearlyAllCyclesOfTheChip() {
    List<BenchResult> results =
        new SdramBenchmark(1 << 19).run(label -> label.endsWith("/M12L64322A")).toList();
    assertThat(results)
        .extracting(BenchResult::workload)
        .containsExactly(
            "read/M12L64322A", "write/M12L64322A", "mixed/M12L64322A", "random-64/M12L64322A");
    assertThat(results)
        .allSatisfy(result -> assertThat(result.metric()).isEqualTo("payload_share"));
    assertThat(results.get(0).value()).isBetween(0.98, 0.99);
    assertThat(results.get(1).value()).isBetween(0.98, 0.99);
  }
}

package dev.heddle.host.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testbench.BuildProgress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionBenchmarkTest {
  @Test
  void theCasesArePrefillDecodePagesBlocksAndLambda() {
    List<String> cases = new ArrayList<>();
    new AttentionBenchmark(BuildProgress.SILENT)
        .run(
            name -> {
              cases.add(name);
              return false;
            })
        .forEach(result -> {});
    assertThat(cases)
        .containsExactly(
            "prefill/512",
            "decode/1024/ideal",
            "decode/1024/ddr4",
            "decode/4096/ideal",
            "decode/4096/ddr4",
            "paged/1",
            "paged/8",
            "paged/16",
            "paged/32",
            "paged/64",
            "moba",
            "quest",
            "moba/token",
            "quest/token",
            "lambda");
  }
}

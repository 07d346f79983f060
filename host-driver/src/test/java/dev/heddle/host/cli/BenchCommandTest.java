package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.host.bench.BenchResult;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  @Test
  void jsonIsOneObjectALineWithAllFields() throws Exception {
    CommandRun run = CommandRun.of("bench", "elaborate", "--case", "64", "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(1);
    JsonNode line = new ObjectMapper().readTree(run.out());
    assertThat(line.get("bench").asText()).isEqualTo("elaborate");
    assertThat(line.get("case").asText()).isEqualTo("64");
    assertThat(line.get("metric").asText()).isEqualTo("cpu_ms");
    assertThat(line.get("value").asDouble()).isPositive();
    assertThat(line.get("configuration").isNull()).isTrue();
    assertThat(line.get("memory").isNull()).isTrue();
    assertThat(line.get("commit").asText()).isNotBlank();
  }

  @Test
  void aLineNamesConfigurationAndMemoryModel() {
    BenchResult result =
        new BenchResult(
            "gemv",
            "4096x4096/q4_0/ddr4",
            "payload_share",
            0.5,
            Optional.of("large"),
            Optional.of("ddr4-2400"));
    assertThat(BenchCommand.line(result, "abc"))
        .isEqualTo(
            "{\"bench\":\"gemv\",\"case\":\"4096x4096/q4_0/ddr4\",\"metric\":\"payload_share\","
                + "\"value\":0.5,\"configuration\":\"large\",\"memory\":\"ddr4-2400\","
                + "\"commit\":\"abc\"}");
  }

  @Test
  void unknownNamesAreRefused() {
    assertThat(CommandRun.of("bench", "speed").err())
        .contains(
            "there is no benchmark speed; there are gemv, gemm, elaborate, simspeed, attention, vitcod");
    assertThat(CommandRun.of("bench", "--config", "huge").err())
        .contains("there is no configuration huge; there are nano, small, default, large");
    CommandRun nothing = CommandRun.of("bench", "elaborate", "--case", "7x7");
    assertThat(nothing.exitCode()).isEqualTo(2);
    assertThat(nothing.err()).contains("no case of these benchmarks contains '7x7'");
  }

  @Test
  void aCaseThatIsLeftOutForWantOfItsFileIsSaidOnce() {
    CommandRun run = CommandRun.of("bench", "vitcod", "--case", "deit-tiny-95");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("deit-tiny-95 is left out: ")
        .contains("\nheddle: nothing was measured\n");
  }
}

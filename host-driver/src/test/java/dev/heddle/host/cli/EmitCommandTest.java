package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmitCommandTest {
  @TempDir private Path folder;

  private static CommandRun emit(Path out, String... more) {
    List<String> arguments = new ArrayList<>(List.of("emit", "--out", out.toString()));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  @Test
  void theFilesAreWrittenAndNamed() throws IOException {
    Path out = folder.resolve("new/nano");
    CommandRun run = emit(out, "--config", "nano");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    List<String> written;
    try (Stream<Path> files = Files.list(out)) {
      written = files.map(Path::toString).toList();
    }
    assertThat(run.out().lines().filter(line -> line.startsWith(out.toString())))
        .containsExactlyInAnyOrderElementsOf(written);
    assertThat(run.out())
        .contains("heddle_nano: 16 multipliers, 1 memory port of 32 bits, ")
        .endsWith(written.size() + " files" + System.lineSeparator());
    assertThat(out.resolve("heddle_nano.v")).content().contains("module heddle_nano (");
    assertThat(out.resolve("heddle_nano.f")).exists();
    assertThat(out.resolve("heddle_nano.h")).exists();
    assertThat(out.resolve("heddle_nano.svd")).exists();
    assertThat(out.resolve("heddle_nano.json")).exists();
    assertThat(out.resolve("registers.md")).exists();
    assertThat(out.resolve("heddle_nano.md")).content().contains("## Ports", "## Latency");
  }

  @Test
  void aShellIsWrittenAroundTheMachineWhereItIsWanted() {
    CommandRun run = emit(folder, "--config", "nano", "--shell", "0");
    assertThat(run.err()).isEmpty();
    assertThat(folder.resolve("heddle_nano_shelled.v"))
        .content()
        .contains("module heddle_nano_shelled (", "input  wire [12:0] s_axi_ctrl_araddr");
    assertThat(folder.resolve("shell.md")).exists();
    CommandRun refused = emit(folder.resolve("other"), "--shell", "-1");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).startsWith("heddle: --shell is -1 but must be 0 or more");
  }

  @Test
  void everyParameterCanBeChanged() {
    CommandRun run =
        emit(
            folder,
            "--config=nano",
            "--ports=2",
            "--port-bits=64",
            "--lanes=4",
            "--columns=16",
            "--max-tokens=2",
            "--max-blocks=64",
            "--outstanding=4",
            "--set",
            "clockHz=50000000",
            "--attention-lanes=1",
            "--attention-schedule=true");
    assertThat(run.err()).isEmpty();
    String name =
        "heddle_nano_ports2_portbits64_lanes4_columns16_maxtokens2_maxblocks64_outstanding4"
            + "_clockhz50000000_attentionlanes1_attentionscheduletrue";
    assertThat(run.out()).contains(name + ": 128 multipliers, 2 memory ports of 64 bits");
    assertThat(folder.resolve(name + ".json"))
        .content()
        .contains("\"peak_mac_per_second\" : 6400000000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--lanes 5         | lanes is 5 but must be a power of two up to 64; use lanes=4",
        "--lanes 1         | the port would idle; use lanes=2",
        "--port-bits 100   | portBits is 100 but must be 32, 64, 128, 256 or 512; use portBits=128",
        "--lanes -4        | lanes is -4 but must be a power of two up to 64",
        "--lanes 99999999999 | lanes is 99999999999 but must be a whole number up to 2147483647",
        "--columns many    | columns is many but must be a whole number",
        "--config huge     | there is no configuration huge; there are nano, small, default, large",
        "--set depth=3     | there is no parameter depth; there are ports, portBits",
        "--colour red      | Unknown option"
      })
  void aWrongOptionIsExplained(String arguments, String message) {
    Path out = folder.resolve("refused");
    CommandRun run = emit(out, arguments.split(" +"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: ").contains(message).doesNotContain("\tat ");
    assertThat(run.out()).isEmpty();
    assertThat(out).doesNotExist();
  }

  @Test
  void aMissingFolderOptionIsExplained() {
    CommandRun run = CommandRun.of("emit", "--config", "nano");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Missing required option: '--out=DIR'");
  }

  @Test
  void aFolderWithOtherFilesIsRefused() throws IOException {
    Files.writeString(folder.resolve("thesis.tex"), "years of work");
    CommandRun run = emit(folder, "--config", "nano");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("heddle: " + folder)
        .contains("thesis.tex; choose another folder")
        .doesNotContain("\tat ");
    assertThat(folder).isDirectoryNotContaining("glob:**.v");
  }

  @Test
  void aFolderThatCannotBeMadeIsExplained() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(emit(file, "--config", "nano").err())
        .isEqualTo("heddle: cannot write %s: it is a file; choose a folder%n".formatted(file));
    for (Path out : List.of(file, file.resolve("below"))) {
      CommandRun run = emit(out, "--config", "nano");
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err()).startsWith("heddle: ").contains(out.toString()).doesNotContain("\tat ");
    }
  }

  @Test
  void aSecondOutputReplacesTheFirst() {
    assertThat(emit(folder, "--config", "nano").exitCode()).isZero();
    assertThat(emit(folder, "--config", "nano").exitCode()).isZero();
  }
}

package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.model.SharedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCommandTest {
  private static final String STORY =
      "Once upon a time, there was a little girl named Lily. She loved to play";

  @TempDir private Path folder;

  private static CommandRun golden(String... more) {
    return golden(text -> {}, more);
  }

  private static CommandRun golden(Consumer<String> listener, String... more) {
    List<String> arguments = new ArrayList<>(List.of("run", "--device", "golden"));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--tokens")) {
      arguments.addAll(List.of("--tokens", "20"));
    }
    return CommandRun.of(listener, arguments.toArray(String[]::new));
  }

  private static void assertUsage(CommandRun run, String message) {
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("heddle: ").contains(message).doesNotContain("\tat ");
    assertThat(run.out()).isEmpty();
  }

  private static void assertFailure(CommandRun run, String message) {
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("heddle: ").contains(message).doesNotContain("\tat ");
  }

  @Test
  void theShippedModelTellsAStoryAndATable() {
    CommandRun run = golden("--temperature", "0");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith(STORY)
        .contains("  device                  golden, configuration default")
        .contains("  tokens                  20 after a prompt of ")
        .contains("  cycles per token        -")
        .contains("  wall time               ");
  }

  @Test
  void theTextDependsOnTheSeedAlone() {
    String story =
        golden("--seed", "5", "--config", "nano").out().lines().findFirst().orElseThrow();
    assertThat(golden("--seed", "5", "--config", "large").out()).startsWith(story);
    assertThat(golden("--seed", "6", "--config", "large").out()).doesNotStartWith(story);
  }

  @Test
  void otherModelsAreReadFromFiles() {
    assertThat(
            golden(
                    "--model",
                    SharedModels.path("stories260K.bin").toString(),
                    "--temperature",
                    "0",
                    "--weights",
                    "Q8_0")
                .out())
        .startsWith(STORY);
  }

  @Test
  void parametersAreChangedByEitherOption() {
    CommandRun run = golden("--lanes", "8", "--set", "maxTokens=4", "--tokens", "1");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("configuration default_lanes8_maxtokens4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--lanes 5       | lanes is 5 but must be a power of two up to 64",
        "--lanes x       | lanes is x but must be a whole number",
        "--lanes 1       | the port would idle; use lanes=2",
        "--set speed=9   | there is no parameter speed; there are ports, portBits",
        "--set lanes     | lanes",
        "--config huge   | there is no configuration huge; there are nano, small, default, large",
        "--tokens none   | 'none' is not an int",
        "--tokens 0      | --tokens is 0 but must be at least 1",
        "--temperature -1| the temperature is -1.0",
        "--top-p 2       | top-p is 2.0",
        "--device cloud  | cloud",
        "--weights q9    | q9",
        "--colour red    | Unknown option",
        "extra           | Unmatched argument"
      })
  void aWrongOptionIsExplained(String arguments, String message) {
    assertUsage(golden(arguments.split(" +")), message);
  }

  @Test
  void aMissingOrDamagedModelIsExplained() throws IOException {
    Path missing = folder.resolve("none.gguf");
    assertFailure(golden("--model", missing.toString()), missing.toString());
    Path damaged = folder.resolve("damaged.gguf");
    Files.write(damaged, new byte[] {'G', 'G', 'U', 'F', 3, 0, 0, 0, 9});
    assertFailure(golden("--model", damaged.toString()), "damaged.gguf");
    assertFailure(
        golden("--model", folder.toString()), folder + ": cannot be read: it is a folder");
  }

  @Test
  void aPromptThatIsTooLongIsExplained() {
    assertFailure(golden("--prompt", "word ".repeat(400)), "do not fit the model's context of 256");
  }

  @Test
  void theEndOfTheContextIsSaid() {
    CommandRun run =
        golden("--prompt", "go ".repeat(253), "--tokens", "1000", "--temperature", "0");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).contains("The model's context of 256 tokens is full.");
  }

  @Test
  void anInterruptEndsTheStoryWithItsTable() {
    CommandRun run =
        golden(
            text -> {
              if (text.contains("girl")) {
                Thread.currentThread().interrupt();
              }
            },
            "--temperature",
            "0");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(run.exitCode()).isEqualTo(130);
    assertThat(run.err()).isEqualTo("Interrupted.\n");
    assertThat(run.out().lines().findFirst()).hasValue("Once upon a time, there was a little girl");
    assertThat(run.out()).contains("  wall time ");
  }

  @Test
  void anInterruptBeforeTheStoryEndsTheRunToo() {
    Thread.currentThread().interrupt();
    CommandRun run = golden();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(run).isEqualTo(new CommandRun(130, "", "Interrupted.\n"));
  }
}

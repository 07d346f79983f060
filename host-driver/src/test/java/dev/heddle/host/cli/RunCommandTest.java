package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.host.model.SharedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
        .contains("  attention               on the device")
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

  @Test
  void theAttentionEngineIsChangedAddedAndLeftOut() {
    CommandRun changed = golden("--attention-lanes", "4", "--tokens", "1");
    assertThat(changed.err()).isEmpty();
    assertThat(changed.out())
        .contains("configuration default_attentionlanes4")
        .contains("  attention               on the device");
    CommandRun added = golden("--config", "nano", "--set", "attentionKeys=1024", "--tokens", "1");
    assertThat(added.out())
        .contains("configuration nano_attentionkeys1024")
        .contains("  attention               on the device");
    CommandRun without = golden("--attention-lanes", "0", "--tokens", "1");
    assertThat(without.out())
        .contains(
            "  attention               on the host: configuration default_attentionlanes0 has no"
                + " attention engine");
  }

  @Test
  void aRouterIsAddedAndChoosesTheBlocksThatTheHostWould() {
    String[] moba = {"--attention", "moba=16,3", "--attention-pages", "true", "--tokens", "60"};
    CommandRun host = golden(moba);
    assertThat(host.out())
        .contains("  attention               on the device")
        .contains(
            "  blocks chosen           on the host: configuration default_attentionpagestrue has no"
                + " router; use --router-count 32");
    String[] routed = Arrays.copyOf(moba, moba.length + 2);
    routed[moba.length] = "--router-count";
    routed[moba.length + 1] = "8";
    CommandRun run = golden(routed);
    assertThat(run.out())
        .contains("configuration default_attentionpagestrue_routercount8")
        .contains("  blocks chosen           on the device");
    assertThat(story(run)).isEqualTo(story(host));
    assertThat(golden("--tokens", "1").out()).doesNotContain("blocks chosen");
  }

  @Test
  void theMachineAppendsKeysWhereItCan() {
    CommandRun host = golden("--tokens", "40");
    CommandRun run = golden("--tokens", "40", "--append", "true");
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("configuration default_appendtrue")
        .contains("  keys appended           on the device");
    assertThat(story(run)).isEqualTo(story(host));
    assertThat(host.out()).doesNotContain("keys appended");
  }

  @Test
  void weightsThatDoNotFitAreStreamed() {
    CommandRun resident = golden("--config", "nano");
    CommandRun run = golden("--config", "nano", "--card-memory", "128K");
    assertThat(run.err())
        .isEqualTo(
            "streaming tale-800k: 757,248 bytes of weights for each token, 95,744 stay in card memory\n");
    assertThat(run.out())
        .contains("  weights in card memory  95,744 bytes\n")
        .contains("  weights sent            757,248 bytes per token\n");
    assertThat(story(run)).isEqualTo(story(resident));
    assertThat(resident.out()).doesNotContain("weights");
    assertFailure(
        golden("--config", "nano", "--card-memory", "1K"),
        "the weights of tale-800k take 852,992 bytes, and to stream them takes 1,472 bytes of card memory");
  }

  private static String story(CommandRun run) {
    return run.out().substring(0, run.out().indexOf("  device ")).strip();
  }

  @Test
  void aWindowLetsTheStoryGoOnBeyondTheContext() {
    CommandRun run = golden("--attention", "lambda=4+64", "--endless", "--tokens", "400");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("Once upon a time").contains(" 400 after a prompt of 5");
    CommandRun host =
        golden("--attention", "lambda=4+64", "--endless", "--tokens", "300", "--config", "nano");
    assertThat(story(run)).startsWith(story(host));
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
        "--attention all | all is no attention pattern; there are dense, window=N, lambda=G+L, moba=B,K[,T] or quest=B,K[,T]",
        "--attention window=0 | a window has at least 1",
        "--attention-lanes 17 | attention engine: lanes is 17 but must be 1 to 16; use lanes=16",
        "--attention-keys 100 | keys is 100 but must be a power of two, 64 to 65536; use keys=128",
        "--attention-blocks yes | attentionBlocks is yes but must be true or false",
        "--config nano --append true | keys and values are appended for an attention engine, but there is none; use attentionLanes=2",
        "--router-count 8 | a router lists pages, but there is no attention engine that takes them; use attentionPages=true",
        "--router-count 1 | router: count is 1 but must be 2 to 256; use count=2",
        "--set attentionRows=x | attentionRows is x but must be a whole number up to 2147483647",
        "--card-memory 4X | '4X' is no size; write for instance 131072, 128K, 32M or 1G",
        "--card-memory 0 | '0' is no size",
        "--colour red    | Unknown option",
        "extra           | Unmatched argument"
      })
  void aWrongOptionIsExplained(String arguments, String message) {
    assertUsage(golden(arguments.split(" +")), message);
  }

  @Test
  void theCardMemoryOfABoardIsItsOwn() {
    assertUsage(
        CommandRun.of("run", "--device", "uart:/dev/ttyUSB0", "--card-memory", "128K"),
        "--card-memory is for golden and sim; a board tells how much it has");
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

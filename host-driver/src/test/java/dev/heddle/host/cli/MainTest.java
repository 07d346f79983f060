package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MainTest {
  @Test
  void helpListsTheCommands() {
    for (String[] arguments : new String[][] {{"help"}, {"--help"}}) {
      CommandRun run = CommandRun.of(arguments);
      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).startsWith("Usage: heddle").contains("run").contains("heddle test");
    }
  }

  @Test
  void helpExplainsTheOptionsOfACommand() {
    CommandRun run = CommandRun.of("help", "run");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("Usage: heddle run").contains("--model", "--port-bits");
    assertThat(CommandRun.of("run", "--help").out()).isEqualTo(run.out());
  }

  @Test
  void everyParameterOfAConfigurationIsAnOption() {
    String help = CommandRun.of("help", "run").out().replaceAll("\\s+", " ");
    assertThat(
            Arrays.stream(Configuration.class.getRecordComponents()).map(RecordComponent::getName))
        .filteredOn(name -> !name.equals("name") && !name.equals("attention"))
        .allSatisfy(name -> assertThat(help).contains("--set " + name + "=N"));
    assertThat(
            Arrays.stream(AttentionShape.class.getRecordComponents()).map(RecordComponent::getName))
        .allSatisfy(
            name -> {
              String parameter =
                  "attention" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
              assertThat(help).contains("--set " + parameter + "=");
            });
  }

  @Test
  void theVersionIsTheBuilds() {
    CommandRun run = CommandRun.of("--version");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).matches("heddle \\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  @Test
  void anUnknownOrMissingCommandIsWrongUsage() {
    CommandRun unknown = CommandRun.of("rum");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("rum").contains("run").doesNotContain("\tat ");
    CommandRun none = CommandRun.of();
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("there is no command").contains("heddle --help");
  }
}

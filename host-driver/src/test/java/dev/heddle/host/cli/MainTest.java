package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"run", "bench"})
  void everyShippedConfigurationIsNamed(String command) {
    String help = CommandRun.of("help", command).out().replaceAll("\\s+", " ");
    assertThat(help)
        .contains(
            ": %s. Default: "
                .formatted(
                    Configuration.shipped().stream()
                        .map(Configuration::name)
                        .collect(Collectors.joining(", "))));
  }

  @Test
  void everyParameterOfAConfigurationIsAnOption() {
    String help = CommandRun.of("help", "run").out().replaceAll("\\s+", " ");
    assertThat(Configuration.class.getRecordComponents())
        .filteredOn(c -> !List.of("name", "attention", "router").contains(c.getName()))
        .allSatisfy(
            c -> {
              String value = c.getType() == boolean.class ? "BOOLEAN" : "N";
              assertThat(help).contains("--set %s=%s".formatted(c.getName(), value));
            });
    assertThat(names(AttentionShape.class))
        .allSatisfy(name -> assertThat(help).contains("--set attention" + capital(name) + "="));
    assertThat(names(RouterShape.class))
        .allSatisfy(name -> assertThat(help).contains("--set router" + capital(name) + "=N"));
  }

  private static List<String> names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
  }

  private static String capital(String component) {
    return Character.toUpperCase(component.charAt(0)) + component.substring(1);
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

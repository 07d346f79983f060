package dev.heddle.accel.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteCheckTest {
  private static final Configuration MACHINE =
      Configuration.NANO
          .withAttention(new AttentionShape(1, 64, 64, 2, 64, 64, 4, 64).withPages())
          .withRouter(new RouterShape(8, 128, 4));

  private static RouteEntry route() {
    return new RouteEntry()
        .with(RouteEntry.KEY_LINES, 1)
        .with(RouteEntry.COUNT, 8)
        .with(RouteEntry.ROWS, 4)
        .with(RouteEntry.BLOCKS, 128);
  }

  private static SummaryEntry summary() {
    return new SummaryEntry()
        .with(SummaryEntry.KEY_LINES, 1)
        .with(SummaryEntry.KEYS, 16)
        .with(SummaryEntry.SUMMARY_EXPONENT, 5);
  }

  private static MemoryField field(List<MemoryField> fields, String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void entriesThatFitAreTaken() {
    assertThatCode(() -> RouteCheck.require(MACHINE, route())).doesNotThrowAnyException();
    assertThatCode(() -> RouteCheck.require(MACHINE, summary())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "router; 2; router is 2 but must be 0 to 1",
        "key_lines; 2; key_lines is 2 but must be 1 to 1",
        "count; 0; count is 0 but must be 1 to 8",
        "count; 9; count is 9 but must be 1 to 8",
        "rows; 5; rows is 5 but must be 1 to 4",
        "blocks; 129; blocks is 129 but must be 0 to 128",
        "queries; 32; queries is 0x20 but must be a multiple of 64",
        "output; 4; output is 0x4 but must be a multiple of 64"
      })
  void aRouteEntryThatDoesNotFitIsExplained(String name, long value, String message) {
    RouteEntry entry = route().with(field(RouteEntry.FIELDS, name), value);
    assertThatThrownBy(() -> RouteCheck.require(MACHINE, entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "router; 3; router is 3 but must be 0 to 1",
        "key_lines; 0; key_lines is 0 but must be 1 to 1",
        "keys; 12; keys is 12 but must be a power of two",
        "keys; 8192; keys is 8192 but must be 1 to 4096",
        "summary; 63; summary is 0x3f but must be a multiple of 64"
      })
  void aSummaryEntryThatDoesNotFitIsExplained(String name, long value, String message) {
    SummaryEntry entry = summary().with(field(SummaryEntry.FIELDS, name), value);
    assertThatThrownBy(() -> RouteCheck.require(MACHINE, entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aMachineWithoutARouterTakesNone() {
    assertThatThrownBy(() -> RouteCheck.require(Configuration.NANO, route()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the machine has no router");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "16; 9; 4; 512; it keeps at most 8 blocks",
        "16; 8; 5; 512; it adds at most 4 queries",
        "8192; 2; 4; 512; it summarises blocks of at most 4096 tokens",
        "16; 8; 4; 2065; it chooses from at most 128 blocks",
        "16; 8; 4; 2064; ''"
      })
  void aRouterSaysWhatItCannotChoose(int size, int count, int group, int tokens, String reason) {
    BlockRouting routing = new BlockRouting(Router.MOBA, size, count);
    RouterShape shape = MACHINE.router().orElseThrow();
    assertThat(shape.refusal(routing, group, tokens).orElse("")).isEqualTo(reason);
  }
}

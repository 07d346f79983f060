package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.isa.Engine;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
  private static final Pattern ADVICE = Pattern.compile("; use (\\w+)=(\\d+)$");

  private static Configuration changed(Map<String, Integer> changes) {
    return changed(changes, false);
  }

  private static Configuration changed(Map<String, Integer> changes, boolean compact) {
    return new Configuration(
        "changed",
        changes.getOrDefault("ports", 2),
        changes.getOrDefault("portBits", 128),
        changes.getOrDefault("lanes", 4),
        changes.getOrDefault("columns", 16),
        changes.getOrDefault("maxTokens", 8),
        changes.getOrDefault("maxBlocks", 512),
        changes.getOrDefault("outstanding", 16),
        changes.getOrDefault("clockHz", 250_000_000),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        compact);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ports       | 3       | ports is 3 but must be 1, 2, 4 or 8; use ports=2",
        "ports       | 0       | ports is 0 but must be 1, 2, 4 or 8; use ports=1",
        "portBits    | 1000    | portBits is 1000 but must be 32, 64, 128, 256 or 512; use portBits=512",
        "columns     | 13      | columns is 13 but must be 8, 16 or 32; use columns=16",
        "lanes       | -2      | lanes is -2 but must be a power of two up to 64; use lanes=1",
        "maxTokens   | 65      | maxTokens is 65 but must be 1 to 64; use maxTokens=64",
        "maxBlocks   | 0       | maxBlocks is 0 but must be 1 to 4096; use maxBlocks=1",
        "outstanding | 99      | outstanding is 99 but must be 1 to 64; use outstanding=64",
        "clockHz     | 5       | clockHz is 5 but must be 1 MHz to 4 GHz; use clockHz=1000000",
        "lanes       | 1       | delivers 32 codes of 4 bits: the port would idle; use lanes=2",
        "lanes       | 16      | the scales of 16 lanes do not fit a 128-bit beat; use lanes=8"
      })
  void anImpossibleValueIsRefusedWithTheNearestPossibleOne(
      String parameter, int value, String message) {
    assertThatThrownBy(() -> changed(Map.of(parameter, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ports    | 2   | ports is 2 but must be 1 in a compact machine; use ports=1",
        "lanes    | 8   | lanes is 8 but must be 1, 2 or 4 in a compact machine; use lanes=4",
        "columns  | 32  | columns is 32 but must be 8 or 16 in a compact machine; use columns=16",
        "portBits | 512 | delivers 128 codes of 4 bits: the port would idle; use portBits=256",
        "portBits | 32  | the scales of 4 lanes do not fit a 32-bit beat; use lanes=2"
      })
  void whatACompactMachineCannotHaveIsRefused(String parameter, int value, String message) {
    Map<String, Integer> changes = new HashMap<>(Map.of("ports", 1));
    changes.put(parameter, value);
    assertThatThrownBy(() -> changed(changes, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(message);
  }

  @Test
  void aCompactMachineHasNoAttentionEngineAndNoCutPaths() {
    assertThatThrownBy(
            () -> Configuration.QUAD.withAttention(Configuration.DEFAULT.attention().orElseThrow()))
        .hasMessage("a compact machine has no attention engine; use compact=false");
    assertThatThrownBy(Configuration.QUAD::withShortPaths)
        .hasMessage(
            "the paths of a compact machine are as short as they get; use shortPaths=false");
  }

  @Property
  void followingTheAdviceLeadsToAConfiguration(
      @ForAll @IntRange(min = -1, max = 10) int ports,
      @ForAll @IntRange(min = -1, max = 600) int portBits,
      @ForAll @IntRange(min = -1, max = 70) int lanes,
      @ForAll @IntRange(min = -1, max = 40) int columns,
      @ForAll boolean compact) {
    Map<String, Integer> changes =
        new HashMap<>(
            Map.of("ports", ports, "portBits", portBits, "lanes", lanes, "columns", columns));
    for (int step = 0; step < 12; step++) {
      try {
        assertThat(changed(changes, compact).multipliers()).isPositive();
        return;
      } catch (IllegalArgumentException e) {
        Matcher advice = ADVICE.matcher(e.getMessage());
        assertThat(advice.find()).as(e.getMessage()).isTrue();
        Integer before = changes.put(advice.group(1), Integer.valueOf(advice.group(2)));
        assertThat(before).as(e.getMessage()).isNotEqualTo(changes.get(advice.group(1)));
      }
    }
    throw new AssertionError("the advice goes round in circles at " + changes);
  }

  @Test
  void aRouterNeedsAnAttentionEngineThatTakesPages() {
    AttentionShape shape = Configuration.DEFAULT.attention().orElseThrow();
    Configuration paged = Configuration.DEFAULT.withAttention(shape.withPages());
    assertThat(paged.withRouter(RouterShape.DEFAULT).engines())
        .containsExactly(Engine.LOADER, Engine.MATMUL, Engine.ATTENTION, Engine.ROUTER);
    assertThatThrownBy(() -> Configuration.DEFAULT.withRouter(RouterShape.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a router lists pages, but there is no attention engine that takes them; use attentionPages=true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1  | 64    | 4  | count is 1 but must be 2 to 256; use count=2",
        "32 | 100   | 4  | blocks is 100 but must be a power of two, 64 to 16384; use blocks=128",
        "32 | 32768 | 4  | blocks is 32768 but must be a power of two, 64 to 16384; use blocks=16384",
        "32 | 64    | 65 | rows is 65 but must be a power of two up to 64; use rows=64"
      })
  void anImpossibleRouterIsRefused(int count, int blocks, int rows, String message) {
    assertThatThrownBy(() -> new RouterShape(count, blocks, rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void keysAreAppendedForAnAttentionEngine() {
    assertThat(Configuration.DEFAULT.withAppend().engines())
        .containsExactly(Engine.LOADER, Engine.MATMUL, Engine.ATTENTION, Engine.CACHE);
    assertThatThrownBy(Configuration.NANO::withAppend)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "keys and values are appended for an attention engine, but there is none; use attentionLanes=2");
  }
}

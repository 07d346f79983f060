package dev.heddle.accel.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.format.GoldenAttention;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ScheduleCompilerTest {
  @Property(tries = 400)
  void theScheduleComputesExactlyTheMask(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 16) int lanes,
      @ForAll @IntRange(min = 1, max = 17) int banks) {
    AttentionMask mask = RandomMasks.mask(new Random(seed));
    Schedule schedule = new ScheduleCompiler(lanes, banks).compile(mask);
    schedule.verify(mask, banks);
    assertThat(schedule.keyCount()).isEqualTo(mask.nonZeros());
    assertThat(schedule.rowCount()).isEqualTo(mask.rows() - mask.emptyRows().length);
    assertThat(schedule.steps()).isBetween(bound(mask, lanes), mask.nonZeros());
    assertThat(new ScheduleCompiler(lanes, banks).compile(mask)).isEqualTo(schedule);
  }

  @Property(tries = 400)
  void noKeyIsUsedBeforeItIsThere(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 8) int lanes,
      @ForAll @IntRange(min = 1, max = 17) int banks) {
    Random random = new Random(seed);
    AttentionMask mask = RandomMasks.mask(random);
    int[] available = RandomMasks.releases(random, mask.keys());
    Schedule schedule = new ScheduleCompiler(lanes, banks).compile(mask, available);
    schedule.verify(mask, banks, available);
    assertThat(schedule.steps())
        .isLessThanOrEqualTo(mask.nonZeros() + Arrays.stream(available).max().orElseThrow());
  }

  @Test
  void aKeyThatAllRowsWantIsReadOnce() {
    boolean[][][] kept = new boolean[1][4][8];
    for (boolean[] row : kept[0]) {
      Arrays.fill(row, true);
    }
    AttentionMask mask = AttentionMask.of(kept);
    Schedule schedule = new ScheduleCompiler(4, 1).compile(mask);
    schedule.verify(mask, 1);
    assertThat(schedule.steps()).isEqualTo(8);
    assertThat(schedule.utilisation()).isEqualTo(1);
  }

  @Test
  void longRowsAreWorkedSegmentAfterSegment() {
    int segment = GoldenAttention.SEGMENT;
    boolean[][][] kept = new boolean[1][3][3 * segment];
    Random random = new Random(1);
    for (boolean[] row : kept[0]) {
      for (int key = 0; key < row.length; key++) {
        row[key] = random.nextInt(4) > 0;
      }
    }
    AttentionMask mask = AttentionMask.of(kept);
    Schedule schedule = new ScheduleCompiler(3, 4).compile(mask);
    schedule.verify(mask, 4);
    for (int row = 0; row < mask.rows(); row++) {
      int[] worked = keysInTheOrderOfSteps(schedule, row);
      int[] ordered = mask.keysOf(row);
      assertThat(ordered.length).isGreaterThan(2 * segment);
      assertThat(worked).isNotEqualTo(ordered);
      for (int from = 0; from < ordered.length; from += segment) {
        int to = Math.min(ordered.length, from + segment);
        assertThat(Arrays.copyOfRange(worked, from, to))
            .containsExactlyInAnyOrder(Arrays.copyOfRange(ordered, from, to));
      }
    }
  }

  private static int[] keysInTheOrderOfSteps(Schedule schedule, int row) {
    IntStream.Builder keys = IntStream.builder();
    for (int step = 0; step < schedule.steps(); step++) {
      for (int lane = 0; lane < schedule.lanes(); lane++) {
        if (schedule.row(step, lane) == row) {
          keys.add(schedule.key(step, lane));
        }
      }
    }
    return keys.build().toArray();
  }

  @Test
  void longRowsBeginFirst() {
    boolean[][][] kept = new boolean[1][3][4];
    kept[0][0][0] = true;
    Arrays.fill(kept[0][1], true);
    kept[0][2][1] = true;
    Schedule schedule = new ScheduleCompiler(1, 4).compile(AttentionMask.of(kept));
    assertThat(schedule.row(0, 0)).isEqualTo(1);
    assertThat(schedule.row(4, 0)).isEqualTo(2);
    assertThat(schedule.row(5, 0)).isZero();
  }

  @Test
  void rowsBeginEvenlyOverTheStepsThoughTheirLengthsDiffer() {
    boolean[][][] kept = new boolean[1][120][64];
    for (int row = 0; row < 120; row++) {
      Arrays.fill(kept[0][row], 0, row % 3 == 0 ? 40 : 2, true);
    }
    Schedule schedule = new ScheduleCompiler(4, 8).compile(AttentionMask.of(kept));
    int begun = 0;
    for (int step = 0; step < schedule.steps() / 2; step++) {
      for (int lane = 0; lane < 4; lane++) {
        int row = schedule.row(step, lane);
        begun += row != Schedule.IDLE && (step == 0 || schedule.row(step - 1, lane) != row) ? 1 : 0;
      }
    }
    assertThat(begun).isBetween(55, 65);
  }

  @Test
  void rowsWhoseKeysCameEarlyBeginFirstWhileKeysAreLoaded() {
    boolean[][][] kept = new boolean[1][2][16];
    Arrays.fill(kept[0][0], 8, 16, true);
    Arrays.fill(kept[0][1], 0, 2, true);
    int[] available = new int[16];
    Arrays.setAll(available, key -> key);
    AttentionMask mask = AttentionMask.of(kept);
    Schedule schedule = new ScheduleCompiler(1, 4).compile(mask, available);
    schedule.verify(mask, 4, available);
    assertThat(schedule.row(0, 0)).isEqualTo(1);
    assertThat(schedule.steps()).isEqualTo(16);
    assertThat(new ScheduleCompiler(1, 4).compile(mask).row(0, 0)).isZero();
  }

  @Test
  void theLongestRowCountsTheStepsInWhichItWaits() {
    AttentionMask mask =
        AttentionMask.of(new boolean[][][] {{{true, true, false}, {true, false, true}}});
    int[] late = {0, 0, 9};
    assertThat(new ScheduleCompiler(2, 4).compile(mask).longestSpan(10)).isEqualTo(2);
    assertThat(new ScheduleCompiler(2, 4).compile(mask, late).longestSpan(10)).isEqualTo(10);
  }

  @Test
  void aMaskWithoutPairsNeedsNoStep() {
    AttentionMask mask = AttentionMask.of(new boolean[2][3][4]);
    Schedule schedule = new ScheduleCompiler(4, 8).compile(mask);
    schedule.verify(mask, 8);
    assertThat(schedule.steps()).isZero();
    assertThat(schedule.utilisation()).isEqualTo(1);
    assertThat(mask.emptyRows()).hasSize(6);
  }

  @Test
  void wrongParametersAreRefused() {
    assertThatThrownBy(() -> new ScheduleCompiler(17, 8))
        .hasMessage("lanes is 17 but must be 1 to 16");
    assertThatThrownBy(() -> new ScheduleCompiler(4, 0))
        .hasMessage("there are 0 banks; at least 1 is needed");
    AttentionMask mask = AttentionMask.of(new boolean[1][1][3]);
    assertThatThrownBy(() -> new ScheduleCompiler(4, 8).compile(mask, new int[2]))
        .hasMessageContaining("release times of 2 keys");
  }

  private static int bound(AttentionMask mask, int lanes) {
    return Math.max((mask.nonZeros() + lanes - 1) / lanes, mask.longestRow());
  }
}

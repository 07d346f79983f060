package dev.heddle.accel.mask;

import static dev.heddle.accel.mask.Schedule.IDLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Schedules that are wrong in one place are refused, with that place. */
class ScheduleTest {
  // Row 0 wants keys 0 and 2, row 1 wants 1 and 2, row 2 wants 3.
  private static final AttentionMask MASK =
      AttentionMask.of(
          new boolean[][][] {
            {
              {true, false, true, false}, {false, true, true, false}, {false, false, false, true},
            }
          });
  private static final int[] ROWS = {0, 1, 0, 1, 2, IDLE};
  private static final int[] KEYS = {0, 1, 2, 2, 3, IDLE};
  private static final int[] LASTS = {2, 3, 4};

  private static Schedule schedule(int[] rows, int[] keys, int... lasts) {
    BitSet marks = new BitSet();
    Arrays.stream(lasts).forEach(marks::set);
    return new Schedule(2, rows, keys, marks);
  }

  private static int[] with(int[] numbers, int at, int number) {
    int[] copy = numbers.clone();
    copy[at] = number;
    return copy;
  }

  private static void assertRefused(ThrowingCallable verification, String message) {
    assertThatThrownBy(verification)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aCorrectScheduleIsAccepted() {
    Schedule schedule = schedule(ROWS, KEYS, LASTS);
    schedule.verify(MASK, 2);
    assertThat(schedule.steps()).isEqualTo(3);
    assertThat(schedule.keyCount()).isEqualTo(5);
    assertThat(schedule.utilisation()).isEqualTo(5.0 / 6);
    assertThat(schedule.last(1, 1)).isTrue();
    assertThat(schedule.key(2, 1)).isEqualTo(IDLE);
  }

  @Test
  void aPairThatIsPrunedIsRefused() {
    assertRefused(
        () -> schedule(ROWS, with(KEYS, 0, 1), LASTS).verify(MASK, 2),
        "step 0, lane 0, row 0, key 1: the mask does not keep this pair");
  }

  @Test
  void aPairThatIsComputedTwiceIsRefused() {
    assertRefused(
        () -> schedule(ROWS, with(KEYS, 2, 0), LASTS).verify(MASK, 2),
        "step 1, lane 0, row 0, key 0: this pair is computed a second time");
  }

  @Test
  void aPairThatIsMissingIsRefused() {
    assertRefused(
        () -> schedule(with(ROWS, 4, IDLE), with(KEYS, 4, IDLE), 2, 3).verify(MASK, 2),
        "the schedule ends after step 2 with 1 keys of row 2 not computed");
  }

  @Test
  void twoKeysOfOneBankInAStepAreRefused() {
    assertRefused(
        () -> schedule(ROWS, KEYS, LASTS).verify(MASK, 1),
        "step 0, lane 1, row 1, key 1: bank 0 serves key 0 in this step");
  }

  @Test
  void aRowOnTwoLanesIsRefused() {
    assertRefused(
        () ->
            schedule(new int[] {0, 0, 1, IDLE, 1, 2}, new int[] {0, 2, 1, IDLE, 2, 3}, 0, 1, 4, 5)
                .verify(MASK, 4),
        "step 0, lane 0, row 0, key 0: marked as the row's last key but 1 are missing");
    assertRefused(
        () ->
            schedule(new int[] {0, 1, 2, 1, IDLE, 0}, new int[] {0, 1, 3, 2, IDLE, 2}, 2, 3, 5)
                .verify(MASK, 4),
        "step 1, lane 0, row 2, key 3: the lane has not ended row 0");
    assertRefused(
        () ->
            schedule(new int[] {0, IDLE, IDLE, 0}, new int[] {0, IDLE, IDLE, 2}, 3).verify(MASK, 4),
        "step 1, lane 1, row 0, key 2: the row was begun before");
  }

  @Test
  void aMissingLastMarkIsRefused() {
    assertRefused(
        () -> schedule(ROWS, KEYS, 2, 4).verify(MASK, 2),
        "step 1, lane 1, row 1, key 2: not marked as the row's last key");
  }

  @Test
  void rowsAndKeysThatTheMaskDoesNotHaveAreRefused() {
    assertRefused(
        () -> schedule(with(ROWS, 1, 3), KEYS, LASTS).verify(MASK, 2),
        "step 0, lane 1, row 3, key 1: the mask has only rows below 3");
    assertRefused(
        () -> schedule(ROWS, with(KEYS, 1, 4), LASTS).verify(MASK, 2),
        "step 0, lane 1, row 1, key 4: the mask has only keys below 4");
  }

  @Test
  void aKeyThatIsNotThereYetIsRefused() {
    assertRefused(
        () -> schedule(ROWS, KEYS, LASTS).verify(MASK, 2, new int[] {0, 0, 1, 3}),
        "step 2, lane 0, row 2, key 3: the key is there only from step 3 on");
  }

  @Property(tries = 500)
  void anyOneEntryThatChangesIsNoticed(@ForAll long seed) {
    Random random = new Random(seed);
    AttentionMask mask = RandomMasks.mask(random);
    if (mask.nonZeros() == 0) {
      return;
    }
    int lanes = 1 + random.nextInt(6);
    Schedule good = new ScheduleCompiler(lanes, 8).compile(mask);
    int[] rows = new int[good.steps() * lanes];
    int[] keys = new int[good.steps() * lanes];
    BitSet lasts = new BitSet();
    for (int at = 0; at < rows.length; at++) {
      rows[at] = good.row(at / lanes, at % lanes);
      keys[at] = good.key(at / lanes, at % lanes);
      lasts.set(at, good.last(at / lanes, at % lanes));
    }
    assertThat(new Schedule(lanes, rows, keys, lasts)).isEqualTo(good);
    int at = random.nextInt(rows.length);
    switch (rows[at] == IDLE ? 2 : random.nextInt(3)) {
      case 0 -> rows[at] = (rows[at] + 1 + random.nextInt(mask.rows() + 1)) % (mask.rows() + 2) - 1;
      case 1 -> keys[at] = (keys[at] + 1 + random.nextInt(mask.keys() + 1)) % (mask.keys() + 2) - 1;
      default -> lasts.flip(at);
    }
    Schedule bad = new Schedule(lanes, rows, keys, lasts);
    if (!bad.equals(good)) {
      assertThatThrownBy(() -> bad.verify(mask, 8)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}

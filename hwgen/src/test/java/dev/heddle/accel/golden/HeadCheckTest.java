package dev.heddle.accel.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.isa.HeadEntry.Source;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleCompiler;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.accel.mask.ScheduleImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadCheckTest {
  /** Its longest row has 96 keys. */
  private static final AttentionShape PLAIN = new AttentionShape(2, 64, 128, 4, 128, 128, 8, 64);

  private static final AttentionShape SCHEDULES =
      new AttentionShape(2, 64, 64, 4, 128, 64, 32, 64).withSchedule().withBlocks();

  private static final AttentionShape PAGES = PLAIN.withPages().withMasks();

  private static final AttentionShape STATES =
      new AttentionShape(2, 64, 64, 4, 1024, 1024, 8, 64).withStates();

  private static final int STEPS = 0x1000;
  private static final int ROW_LIST = 0x8000;

  private final ByteBuffer memory = ByteBuffer.allocate(1 << 16);

  private static HeadEntry causal(int rows, int keys) {
    ScoreScale scale = ScoreScale.ofHeadDimension(64);
    return new HeadEntry()
        .with(HeadEntry.ROWS, rows)
        .with(HeadEntry.KEYS, keys)
        .with(HeadEntry.GROUP, 1)
        .with(HeadEntry.WINDOW, 1 << 20)
        .with(HeadEntry.KEY_LINES, 1)
        .with(HeadEntry.VALUE_LINES, 1)
        .with(HeadEntry.MULTIPLIER, scale.multiplier())
        .with(HeadEntry.EXPONENT, scale.exponent())
        .with(HeadEntry.OUTPUT_STRIDE, 256);
  }

  private void assertRefused(AttentionShape shape, HeadEntry entry, String message) {
    assertThatThrownBy(() -> HeadCheck.require(shape, entry, memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private void assertTaken(AttentionShape shape, HeadEntry entry) {
    assertThatCode(() -> HeadCheck.require(shape, entry, memory)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "source; 2; source is 2 but must be 0 to 1",
        "output_format; 3; output_format is 3 but must be 0 to 2",
        "output_format; 2; 'the output is STATE, which the attention engine does not write; use FP32'",
        "rows; 0; rows is 0 but must be 1 to 64",
        "rows; 65; rows is 65 but must be 1 to 64",
        "keys; 0; keys is 0 but must be 1 to 128",
        "keys; 129; keys is 129 but must be 1 to 128",
        "key_lines; 2; key_lines is 2 but must be 1",
        "value_lines; 3; value_lines is 3 but must be 1 to 2",
        "multiplier; 32767; multiplier is 32767 but must be 32768 to 65535",
        "exponent; 512; exponent is 512 but must be -511 to 511",
        "queries; 0x1020; queries is 0x1020 but must be a multiple of 64",
        "query_exponents; 1; query_exponents is 0x1 but must be a multiple of 64",
        "key_rows; 32; key_rows is 0x20 but must be a multiple of 64",
        "value_rows; 32; value_rows is 0x20 but must be a multiple of 64",
        "key_exponents; 2; key_exponents is 0x2 but must be a multiple of 64",
        "output; 4; output is 0x4 but must be a multiple of 64",
        "output_stride; 260; output_stride is 0x104 but must be a multiple of 64",
        "output_stride; 192; output_stride is 192 but an output row has 256 bytes",
        "value_lines; 2; output_stride is 256 but an output row has 512 bytes",
        "output_format; 1; 'the output is X8, which the attention engine does not write; use FP32'",
        "bidirectional; 2; bidirectional is 2 but must be 0 to 1",
        "group; 0; group is 0 but must be 1 to 65535",
        "window; 0; window is 0 but must be 1 to 4294967295",
        "first; 51; first is 51 but must be 0 to 50",
        "gap; 1; 'position is 0 but with keys 0 to 0 left out it must be at least 1'",
        "page_size; 16; 'the entry lists pages, but the attention engine understands none; use page_size=0'",
        "slope; 1; 'the entry has a slope, but the attention engine adds none; use slope=0'",
        "cap; 1; 'the entry has a cap, but the attention engine has none; use cap=0'",
        "masked; 2; masked is 2 but must be 0 to 1",
        "masked; 1; 'the entry has masks, but the attention engine understands none; use masked=0'",
        "source; 1; 'the entry names a schedule, but the attention engine understands none; use PATTERN'"
      })
  void aFieldThatTheEngineCannotTakeIsNamed(String field, String value, String message) {
    HeadEntry entry =
        causal(20, 50).with(HeadEntry.BIDIRECTIONAL, 0).with(named(field), Long.decode(value));
    assertRefused(PLAIN, entry, message);
  }

  @Test
  void aSlopeNeedsKeysWhoseNumbersAreTheirPlaces() {
    AttentionShape alibi = PLAIN.withAlibi();
    HeadEntry rising = causal(20, 50).with(HeadEntry.BIDIRECTIONAL, 0).with(HeadEntry.SLOPE, 9);
    assertThatCode(() -> HeadCheck.require(alibi, rising, memory)).doesNotThrowAnyException();
    rising.with(HeadEntry.FIRST, 2).with(HeadEntry.GAP, 4).with(HeadEntry.POSITION, 30);
    assertRefused(
        alibi,
        rising,
        "an entry with a slope leaves out 4 keys; the numbers of keys must be those of their places, use gap=0");
  }

  private static MemoryField named(String name) {
    return HeadEntry.FIELDS.stream().filter(f -> f.name().equals(name)).findAny().orElseThrow();
  }

  @Test
  void theScoresOfTwoSegmentsAreEnoughForRowsOfAllKeys() {
    AttentionShape cutting = new AttentionShape(2, 64, 64, 4, 4096, 1024, 8, 64);
    assertThat(cutting.segmented()).isTrue();
    assertTaken(cutting, causal(1, 4096).with(HeadEntry.BIDIRECTIONAL, 1));
    assertThat(new AttentionShape(2, 64, 64, 4, 65536, 1024, 8, 64).longestRow())
        .isEqualTo(GoldenAttention.MAX_KEYS);
    AttentionShape few = new AttentionShape(2, 64, 64, 4, 4096, 512, 8, 64);
    assertThat(few.segmented()).isFalse();
    assertRefused(
        few,
        causal(1, 4096).with(HeadEntry.BIDIRECTIONAL, 1),
        "row 0 has 4096 keys, but the longest row of the attention engine has 480");
    assertThat(new AttentionShape(2, 64, 64, 4, 512, 1024, 8, 64).segmented()).isFalse();
  }

  @Test
  void keysThatAMaskHidesTakeStepsToo() {
    AttentionShape narrow = new AttentionShape(2, 64, 64, 4, 128, 64, 8, 64).withMasks();
    HeadEntry entry =
        causal(1, 128)
            .with(HeadEntry.MASKED, 1)
            .with(HeadEntry.MASKS, 0x2000)
            .with(HeadEntry.FIRST, 30);
    memory.order(ByteOrder.LITTLE_ENDIAN).putLong(0x2000, 1L << 33);
    assertTaken(narrow, entry);
    memory.putLong(0x2000, 1L << 34);
    assertRefused(
        narrow, entry, "row 0 takes 65 steps, but the attention engine keeps the scores of 64");
  }

  @Test
  void aRowOfTheLongestLengthIsTakenAndOneOfAKeyMoreIsNot() {
    assertTaken(PLAIN, causal(1, 128).with(HeadEntry.POSITION, 95));
    assertRefused(
        PLAIN,
        causal(4, 128).with(HeadEntry.POSITION, 94),
        "row 2 has 97 keys, but the longest row of the attention engine has 96");
    assertTaken(PLAIN, causal(4, 128).with(HeadEntry.POSITION, 94).with(HeadEntry.WINDOW, 96));
    assertTaken(PLAIN, causal(4, 128).with(HeadEntry.POSITION, 94).with(HeadEntry.GROUP, 2));
    assertRefused(
        PLAIN,
        causal(1, 97).with(HeadEntry.BIDIRECTIONAL, 1),
        "row 0 has 97 keys, but the longest row of the attention engine has 96");
  }

  @Test
  void aRowWhoseWindowLiesBehindTheLastKeyIsRefused() {
    HeadEntry entry = causal(3, 10).with(HeadEntry.WINDOW, 4).with(HeadEntry.FIRST, 2);
    assertTaken(PLAIN, entry.with(HeadEntry.POSITION, 10));
    assertRefused(
        PLAIN,
        entry.with(HeadEntry.POSITION, 11),
        "row 2 stands at position 13, but the last key is number 9 and the window has 4");
    assertTaken(PLAIN, entry.with(HeadEntry.FIRST, 10));
  }

  @Test
  void rowsStandBehindTheKeysThatAreLeftOut() {
    HeadEntry entry = causal(3, 10).with(HeadEntry.FIRST, 2).with(HeadEntry.GAP, 5);
    assertTaken(PLAIN, entry.with(HeadEntry.POSITION, 7));
    assertRefused(
        PLAIN,
        entry.with(HeadEntry.POSITION, 6),
        "position is 6 but with keys 2 to 6 left out it must be at least 7");
    assertTaken(PLAIN, entry.with(HeadEntry.BIDIRECTIONAL, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "page_size; 3; page_size is 3 but must be a power of two up to 128",
        "page_size; 256; page_size is 256 but must be a power of two up to 128",
        "page_count; 3; page_count is 3 but must be 4",
        "pages; 4; pages is 0x4 but must be a multiple of 64",
        "gap; 8; 'gap is 8 but must be a multiple of the page size, 16'"
      })
  void pagesThatDoNotFitTheEntryAreRefused(String field, String value, String message) {
    HeadEntry entry = causal(20, 50).with(HeadEntry.PAGE_SIZE, 16).with(HeadEntry.PAGE_COUNT, 4);
    assertTaken(PAGES, entry);
    assertRefused(PAGES, entry.with(named(field), Long.decode(value)), message);
  }

  @Test
  void theGapOfPagesStartsBehindTheLastPageOfFirstKeys() {
    HeadEntry entry =
        causal(1, 64)
            .with(HeadEntry.PAGE_SIZE, 16)
            .with(HeadEntry.PAGE_COUNT, 4)
            .with(HeadEntry.FIRST, 4)
            .with(HeadEntry.GAP, 32)
            .with(HeadEntry.WINDOW, 20);
    assertTaken(PAGES, entry.with(HeadEntry.POSITION, 67));
    assertRefused(
        PAGES,
        entry.with(HeadEntry.POSITION, 66),
        "the window of row 0 starts at 47, but keys 16 to 47 are left out and 4 to 15 are not first keys");
    assertRefused(
        PAGES,
        entry.with(HeadEntry.POSITION, 47),
        "position is 47 but with keys 16 to 47 left out it must be at least 48");
  }

  @Test
  void masksReachNoFurtherThanTheKeysAndLeaveNoRowWithoutAKey() {
    HeadEntry entry = causal(2, 10).with(HeadEntry.MASKED, 1).with(HeadEntry.FIRST, 6);
    memory.order(ByteOrder.LITTLE_ENDIAN).putLong(0, 0b1001);
    assertTaken(PAGES, entry);
    memory.putLong(8, 0b10000);
    assertRefused(PAGES, entry, "row 1 has mask 0x10, but there are 6 first keys and 10 in all");
    memory.putLong(8, 0);
    assertRefused(
        PAGES,
        entry.with(HeadEntry.FIRST, 0),
        "row 1 has mask 0x0, but there are 0 first keys and 10 in all");
  }

  @Test
  void allKeysOfTheRingCannotBeFirst() {
    assertRefused(
        PLAIN, causal(1, 128).with(HeadEntry.FIRST, 128), "first is 128 but must be 0 to 127");
  }

  /** An entry with the schedule of 4 rows that all see {@code keys} keys. */
  private HeadEntry scheduled(int keys) {
    boolean[][][] kept = new boolean[1][4][keys];
    for (boolean[] row : kept[0]) {
      Arrays.fill(row, true);
    }
    return scheduled(new ScheduleCompiler(2, 4).compile(AttentionMask.of(kept)), keys);
  }

  private HeadEntry scheduled(Schedule schedule, int keys) {
    ScheduleFormat format = new ScheduleFormat(2, ScheduleFormat.DEFAULT_ENTRY_BITS);
    ScheduleImage image = ScheduleImage.pack(schedule, format);
    memory.put(STEPS, image.steps(), 0, image.steps().limit());
    memory.put(ROW_LIST, image.rows(), 0, image.rows().limit());
    return causal(4, keys)
        .with(HeadEntry.SOURCE, Source.SCHEDULE.ordinal())
        .with(HeadEntry.STEPS, STEPS)
        .with(HeadEntry.STEP_COUNT, schedule.steps())
        .with(HeadEntry.STEP_LINES, format.stepLines(schedule.steps()))
        .with(HeadEntry.ROW_LIST, ROW_LIST)
        .with(HeadEntry.LISTED_ROWS, schedule.rowCount());
  }

  @Test
  void theListsOfAScheduleFitTheirEntry() {
    assertTaken(SCHEDULES, scheduled(20));
    assertRefused(
        SCHEDULES,
        scheduled(20).with(HeadEntry.STEPS, 0x1001),
        "steps is 0x1001 but must be a multiple of 64");
    assertRefused(
        SCHEDULES,
        scheduled(20).with(HeadEntry.STEP_COUNT, 0),
        "step_count is 0 but must be 1 to 33554431");
    assertRefused(
        SCHEDULES,
        scheduled(20).with(HeadEntry.STEP_COUNT, 39),
        "step_count is 39 but must be 40 to 42");
    assertRefused(
        SCHEDULES, scheduled(20).with(HeadEntry.STEP_LINES, 1), "step_lines is 1 but must be 2");
    assertRefused(
        SCHEDULES, scheduled(20).with(HeadEntry.LISTED_ROWS, 3), "listed_rows is 3 but must be 4");
    assertRefused(
        SCHEDULES,
        scheduled(20).with(HeadEntry.KEYS, 19),
        "step 19, lane 0: row 0 sees key 19, but the entry has 4 rows and 19 keys");
    assertRefused(
        SCHEDULES,
        scheduled(33),
        "row 0 has 33 keys, but the longest row of the attention engine has 32");
  }

  @Test
  void aStateTakesThreeTimesTheBytesOfNumbers() {
    HeadEntry entry = causal(3, 5).with(HeadEntry.OUTPUT_FORMAT, Output.STATE.ordinal());
    assertTaken(STATES, entry.with(HeadEntry.OUTPUT_STRIDE, 768));
    assertRefused(
        STATES,
        entry.with(HeadEntry.OUTPUT_STRIDE, 704),
        "output_stride is 704 but an output row has 768 bytes");
  }

  @Test
  void aCapGoesWithItsInverse() {
    AttentionShape capping = PLAIN.withCaps();
    HeadEntry entry = causal(20, 50).withCap(ScoreCap.of(50));
    assertTaken(capping, entry);
    entry.with(HeadEntry.CAP_INVERSE, 930_000);
    assertRefused(capping, entry, "cap_inverse is 930000 but must be 930326");
    entry.with(HeadEntry.CAP, 5);
    entry.with(HeadEntry.CAP, 0xffff_ffffL);
    assertRefused(capping, entry, "cap is 4294967295 but must be 94548 to 12102203");
  }

  @Test
  void rowsGoOnFromStatesOrHaveSinks() {
    HeadEntry entry = causal(2, 5).with(HeadEntry.CONTINUED, 1).with(HeadEntry.STATES, 0x3000);
    assertTaken(STATES, entry);
    assertRefused(
        PLAIN,
        entry,
        "the entry goes on from states, but the attention engine reads none; use continued=0");
    entry.with(HeadEntry.STATES, 0x3020);
    assertRefused(STATES, entry, "states is 0x3020 but must be a multiple of 64");
    entry.with(HeadEntry.CONTINUED, 2);
    assertRefused(STATES, entry, "continued is 2 but must be 0 to 1");
    entry.with(HeadEntry.CONTINUED, 1).with(HeadEntry.SINKED, 1).with(HeadEntry.SINKS, 0x3000);
    AttentionSink.of(1).encode(memory, 0x3000);
    AttentionSink.of(1).encode(memory, 0x3000 + AttentionSink.BYTES);
    assertRefused(
        STATES.withSinks(),
        entry,
        "the entry has sinks and goes on from states; a sink counts once, in what the states come from, use sinked=0");
    assertThatThrownBy(PLAIN::withStates)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("states are merged with rows as their segments are")
        .hasMessageContaining("use scores=1024 and keys=1024");
  }

  @Test
  void sinksAreLookedAtRowByRow() {
    AttentionShape sinking = new AttentionShape(2, 64, 64, 4, 1024, 1024, 8, 64).withSinks();
    HeadEntry entry = causal(2, 5).with(HeadEntry.SINKED, 1).with(HeadEntry.SINKS, 0x3000);
    AttentionSink.of(1).encode(memory, 0x3000);
    AttentionSink.of(-2).encode(memory, 0x3000 + AttentionSink.BYTES);
    assertTaken(sinking, entry);
    memory.order(ByteOrder.LITTLE_ENDIAN).putInt(0x300c, 0);
    assertRefused(sinking, entry, "row 1: the weight of a sink is 0; it must be 1 to 1048575");
    assertRefused(
        PLAIN,
        entry,
        "the entry has sinks, but the attention engine understands none; use sinked=0");
    assertThatThrownBy(PLAIN::withSinks)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("use scores=1024 and keys=1024");
  }

  @Test
  void codesNeedARowForEveryExponent() {
    HeadEntry entry = scheduled(20).with(HeadEntry.OUTPUT_FORMAT, Output.X8.ordinal());
    assertTaken(SCHEDULES, entry);
    assertRefused(
        SCHEDULES,
        entry.with(HeadEntry.OUTPUT_EXPONENTS, 2),
        "output_exponents is 0x2 but must be a multiple of 64");
    assertRefused(
        SCHEDULES,
        entry.with(HeadEntry.OUTPUT_EXPONENTS, 0).with(HeadEntry.ROWS, 5),
        "listed_rows is 4 but must be 5");
  }

  @Test
  void aRowThatIdlesLongerThanItsScoresAreKeptIsRefused() {
    boolean[][][] kept = new boolean[1][4][2];
    kept[0][0] = new boolean[] {true, true};
    AttentionMask mask = AttentionMask.of(kept);
    Schedule late = new ScheduleCompiler(2, 4).compile(mask, new int[] {0, 70});
    assertRefused(
        SCHEDULES,
        scheduled(late, 2),
        "row 0 takes 71 steps, but the attention engine keeps the scores of 64");
  }

  @Test
  void aScheduleMayIdleBetweenSegmentsButNotForLongWithinOne() {
    AttentionShape cutting =
        new AttentionShape(2, 64, 64, 4, 1024, 1024, 32, 64).withSchedule().withBlocks();
    assertTaken(cutting, scheduled(waiting(512), 600));
    assertRefused(
        cutting,
        scheduled(waiting(511), 600),
        "512 keys of a row take 1201 steps, but the attention engine keeps the scores of 1024");
  }

  /** A row of 600 keys, of which those from some number on come at step 1,200. */
  private static Schedule waiting(int early) {
    boolean[][][] kept = new boolean[1][4][600];
    Arrays.fill(kept[0][0], true);
    int[] available = new int[600];
    Arrays.fill(available, early, 600, 1200);
    return new ScheduleCompiler(2, 4).compile(AttentionMask.of(kept), available);
  }
}

package dev.heddle.accel.golden;

import static dev.heddle.accel.mask.Schedule.IDLE;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.KeySlope;
import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.isa.HeadEntry.Source;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleFormat;
import java.nio.ByteBuffer;

/**
 * Refuses entries of the head table that an engine of some shape would answer with garbage or by
 * hanging, and says what is wrong with them.
 *
 * <p>An engine takes every entry on trust: rows that it has no room for, rows without a key in a
 * formula, lists that contradict their entry. What is read from card memory is not looked at, but
 * for the lists of a schedule.
 */
public final class HeadCheck {
  /** What all addresses and the distance of output rows are multiples of. */
  private static final int ALIGNMENT = GoldenHead.LINE;

  private static final int MOST_SCALE_EXPONENT = 511;

  private final AttentionShape shape;
  private final HeadEntry entry;

  /** What an entry lists beside its fields. */
  public interface Lists {
    /** The mask of a row. */
    long mask(int row);

    /**
     * The sink of a row.
     *
     * @throws IllegalArgumentException when what is listed is none
     */
    AttentionSink sink(int row);

    /** The schedule. */
    Schedule schedule();
  }

  private HeadCheck(AttentionShape shape, HeadEntry entry) {
    this.shape = shape;
    this.entry = entry;
  }

  /**
   * Demands that an engine of {@code shape} can execute {@code entry}.
   *
   * @param memory card memory, where lists are read
   * @throws IllegalArgumentException that names the field or the row that does not fit
   * @throws IndexOutOfBoundsException when a list lies outside of {@code memory}
   */
  public static void require(AttentionShape shape, HeadEntry entry, ByteBuffer memory) {
    require(shape, entry, new GoldenHead(entry, memory, shape.lanes()));
  }

  /**
   * Demands that an engine of {@code shape} can execute {@code entry}.
   *
   * @param lists what it lists
   * @throws IllegalArgumentException that names the field or the row that does not fit
   */
  public static void require(AttentionShape shape, HeadEntry entry, Lists lists) {
    HeadCheck check = new HeadCheck(shape, entry);
    check.sizes();
    check.pages();
    check.cap();
    check.slope();
    check.output();
    check.sinks(lists);
    check.states();
    if (entry.value(HeadEntry.SOURCE) == Source.PATTERN.ordinal()) {
      check.pattern(lists);
    } else {
      check.schedule(lists);
    }
  }

  private void sizes() {
    between(HeadEntry.SOURCE, 0, Source.values().length - 1);
    between(HeadEntry.OUTPUT_FORMAT, 0, Output.values().length - 1);
    between(HeadEntry.ROWS, 1, shape.rows());
    between(HeadEntry.KEYS, 1, shape.keys());
    between(HeadEntry.KEY_LINES, 1, shape.keyDimension() / GoldenHead.LINE);
    between(HeadEntry.VALUE_LINES, 1, shape.valueDimension() / GoldenHead.LINE);
    between(
        HeadEntry.MULTIPLIER,
        1L << (ScoreScale.MULTIPLIER_BITS - 1),
        (1L << ScoreScale.MULTIPLIER_BITS) - 1);
    between(HeadEntry.EXPONENT, -MOST_SCALE_EXPONENT, MOST_SCALE_EXPONENT);
    aligned(
        HeadEntry.QUERIES,
        HeadEntry.QUERY_EXPONENTS,
        HeadEntry.KEY_ROWS,
        HeadEntry.VALUE_ROWS,
        HeadEntry.KEY_EXPONENTS,
        HeadEntry.OUTPUT,
        HeadEntry.OUTPUT_STRIDE);
  }

  private void cap() {
    if (value(HeadEntry.CAP) == 0) {
      return;
    }
    if (!shape.caps()) {
      throw new IllegalArgumentException(
          "the entry has a cap, but the attention engine has none; use cap=0");
    }
    between(HeadEntry.CAP, ScoreCap.LEAST_LIMIT, ScoreCap.MOST_LIMIT);
    long inverse = new ScoreCap((int) value(HeadEntry.CAP)).inverse();
    between(HeadEntry.CAP_INVERSE, inverse, inverse);
  }

  private void slope() {
    if (value(HeadEntry.SLOPE) == 0) {
      return;
    }
    if (!shape.alibi()) {
      throw new IllegalArgumentException(
          "the entry has a slope, but the attention engine adds none; use slope=0");
    }
    between(HeadEntry.SLOPE, 0, (1L << KeySlope.BITS) - 1);
    if (value(HeadEntry.GAP) > 0) {
      throw new IllegalArgumentException(
          "an entry with a slope leaves out %d keys; the numbers of keys must be those of their places, use gap=0"
              .formatted(value(HeadEntry.GAP)));
    }
  }

  private void output() {
    int elements = Math.toIntExact(value(HeadEntry.VALUE_LINES) * GoldenHead.LINE);
    int row = elements * Float.BYTES;
    if (value(HeadEntry.OUTPUT_FORMAT) == Output.STATE.ordinal()) {
      if (!shape.states()) {
        throw new IllegalArgumentException(
            "the output is STATE, which the attention engine does not write; use FP32");
      }
      row = AttentionState.bytes(elements);
    }
    if (value(HeadEntry.OUTPUT_FORMAT) == Output.X8.ordinal()) {
      if (!shape.blocks()) {
        throw new IllegalArgumentException(
            "the output is X8, which the attention engine does not write; use FP32");
      }
      aligned(HeadEntry.OUTPUT_EXPONENTS);
      row = elements;
    }
    if (value(HeadEntry.OUTPUT_STRIDE) < row) {
      throw new IllegalArgumentException(
          "output_stride is %d but an output row has %d bytes"
              .formatted(value(HeadEntry.OUTPUT_STRIDE), row));
    }
  }

  private void sinks(Lists lists) {
    between(HeadEntry.SINKED, 0, 1);
    if (value(HeadEntry.SINKED) == 0) {
      return;
    }
    if (!shape.sinks()) {
      throw new IllegalArgumentException(
          "the entry has sinks, but the attention engine understands none; use sinked=0");
    }
    aligned(HeadEntry.SINKS);
    for (int row = 0; row < value(HeadEntry.ROWS); row++) {
      try {
        lists.sink(row);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("row %d: %s".formatted(row, e.getMessage()), e);
      }
    }
  }

  private void states() {
    between(HeadEntry.CONTINUED, 0, 1);
    if (value(HeadEntry.CONTINUED) == 0) {
      return;
    }
    if (!shape.states()) {
      throw new IllegalArgumentException(
          "the entry goes on from states, but the attention engine reads none; use continued=0");
    }
    if (value(HeadEntry.SINKED) == 1) {
      throw new IllegalArgumentException(
          "the entry has sinks and goes on from states; a sink counts once, in what the states come from, use sinked=0");
    }
    aligned(HeadEntry.STATES);
  }

  private void pages() {
    long size = value(HeadEntry.PAGE_SIZE);
    if (size == 0) {
      return;
    }
    if (!shape.pages()) {
      throw new IllegalArgumentException(
          "the entry lists pages, but the attention engine understands none; use page_size=0");
    }
    if (Long.bitCount(size) != 1 || size > shape.keys()) {
      throw new IllegalArgumentException(
          "page_size is %d but must be a power of two up to %d".formatted(size, shape.keys()));
    }
    long count = (value(HeadEntry.KEYS) + size - 1) / size;
    between(HeadEntry.PAGE_COUNT, count, count);
    aligned(HeadEntry.PAGES);
    if (value(HeadEntry.GAP) % size != 0) {
      throw new IllegalArgumentException(
          "gap is %d but must be a multiple of the page size, %d"
              .formatted(value(HeadEntry.GAP), size));
    }
  }

  private void pattern(Lists lists) {
    between(HeadEntry.BIDIRECTIONAL, 0, 1);
    between(HeadEntry.MASKED, 0, 1);
    between(HeadEntry.GROUP, 1, (1L << HeadEntry.GROUP.bits()) - 1);
    long keys = value(HeadEntry.KEYS);
    between(HeadEntry.FIRST, 0, Math.min(keys, shape.keys() - 1));
    if (value(HeadEntry.MASKED) == 1) {
      masks(lists);
      return;
    }
    if (value(HeadEntry.BIDIRECTIONAL) == 1) {
      length(0, keys);
      return;
    }
    between(HeadEntry.WINDOW, 1, (1L << HeadEntry.WINDOW.bits()) - 1);
    long first = value(HeadEntry.FIRST);
    long gap = value(HeadEntry.GAP);
    long gapStart = GoldenHead.gapStart(entry);
    if (gap > 0 && value(HeadEntry.POSITION) < gapStart + gap) {
      throw new IllegalArgumentException(
          "position is %d but with keys %d to %d left out it must be at least %d"
              .formatted(value(HeadEntry.POSITION), gapStart, gapStart + gap - 1, gapStart + gap));
    }
    long windowStart = value(HeadEntry.POSITION) - value(HeadEntry.WINDOW) + 1;
    if (gap > 0 && gapStart > first && windowStart < gapStart + gap) {
      throw new IllegalArgumentException(
          "the window of row 0 starts at %d, but keys %d to %d are left out and %d to %d are not first keys"
              .formatted(windowStart, gapStart, gapStart + gap - 1, first, gapStart - 1));
    }
    for (long row = 0; row < value(HeadEntry.ROWS); row++) {
      long position = value(HeadEntry.POSITION) + row / value(HeadEntry.GROUP);
      long high = Math.min(position - gap, keys - 1);
      long low = Math.max(position - gap - value(HeadEntry.WINDOW) + 1, first);
      if (low >= keys && first < keys) {
        throw new IllegalArgumentException(
            "row %d stands at position %d, but the last key is number %d and the window has %d"
                .formatted(row, position, keys - 1 + gap, value(HeadEntry.WINDOW)));
      }
      length(row, Math.min(first, high + 1) + Math.max(0, high - low + 1));
    }
  }

  private void masks(Lists lists) {
    if (!shape.masks()) {
      throw new IllegalArgumentException(
          "the entry has masks, but the attention engine understands none; use masked=0");
    }
    between(HeadEntry.BIDIRECTIONAL, 0, 0);
    aligned(HeadEntry.MASKS);
    long first = value(HeadEntry.FIRST);
    for (int row = 0; row < value(HeadEntry.ROWS); row++) {
      long mask = lists.mask(row);
      long keys = first + Long.SIZE - Long.numberOfLeadingZeros(mask);
      if (keys == 0 || keys > value(HeadEntry.KEYS)) {
        throw new IllegalArgumentException(
            "row %d has mask 0x%x, but there are %d first keys and %d in all"
                .formatted(row, mask, first, value(HeadEntry.KEYS)));
      }
      length(row, first + Long.bitCount(mask));
      if (!shape.segmented()) {
        // Keys that no mask shows take steps too.
        span(row, keys);
      }
    }
  }

  private void length(long row, long keys) {
    if (keys > shape.longestRow()) {
      throw new IllegalArgumentException(
          "row %d has %d keys, but the longest row of the attention engine has %d"
              .formatted(row, keys, shape.longestRow()));
    }
  }

  private void schedule(Lists lists) {
    if (!shape.schedule()) {
      throw new IllegalArgumentException(
          "the entry names a schedule, but the attention engine understands none; use PATTERN");
    }
    aligned(HeadEntry.STEPS, HeadEntry.ROW_LIST);
    ScheduleFormat format = new ScheduleFormat(shape.lanes(), ScheduleFormat.DEFAULT_ENTRY_BITS);
    between(HeadEntry.LISTED_ROWS, 1, value(HeadEntry.ROWS));
    between(HeadEntry.STEP_COUNT, 1, Integer.MAX_VALUE / ScheduleFormat.LINE_BYTES);
    int lines = format.stepLines((int) value(HeadEntry.STEP_COUNT));
    between(HeadEntry.STEP_LINES, lines, lines);
    Schedule schedule = lists.schedule();
    between(HeadEntry.STEP_COUNT, schedule.steps(), (long) lines * format.stepsPerLine());
    between(HeadEntry.LISTED_ROWS, schedule.rowCount(), schedule.rowCount());
    if (value(HeadEntry.OUTPUT_FORMAT) == Output.X8.ordinal()) {
      // The exponents of all rows are written together.
      between(HeadEntry.LISTED_ROWS, value(HeadEntry.ROWS), value(HeadEntry.ROWS));
    }
    listedRows(schedule);
  }

  private void listedRows(Schedule schedule) {
    for (int step = 0; step < schedule.steps(); step++) {
      for (int lane = 0; lane < schedule.lanes(); lane++) {
        int row = schedule.row(step, lane);
        int key = schedule.key(step, lane);
        if (row != IDLE && (row >= value(HeadEntry.ROWS) || key >= value(HeadEntry.KEYS))) {
          throw new IllegalArgumentException(
              "step %d, lane %d: row %d sees key %d, but the entry has %d rows and %d keys"
                  .formatted(step, lane, row, key, value(HeadEntry.ROWS), value(HeadEntry.KEYS)));
        }
      }
    }
    for (Schedule.Span row : schedule.spans()) {
      length(row.number(), row.keys());
      if (!shape.segmented()) {
        span(row.number(), row.steps());
      }
    }
    if (shape.segmented() && schedule.longestSpan(shape.longestSegment()) > shape.scores()) {
      throw new IllegalArgumentException(
          "%d keys of a row take %d steps, but the attention engine keeps the scores of %d"
              .formatted(
                  shape.longestSegment(),
                  schedule.longestSpan(shape.longestSegment()),
                  shape.scores()));
    }
  }

  private void span(long row, long steps) {
    if (steps > shape.scores()) {
      throw new IllegalArgumentException(
          "row %d takes %d steps, but the attention engine keeps the scores of %d"
              .formatted(row, steps, shape.scores()));
    }
  }

  private void aligned(MemoryField... fields) {
    for (MemoryField field : fields) {
      if (value(field) % ALIGNMENT != 0) {
        throw new IllegalArgumentException(
            "%s is 0x%x but must be a multiple of %d"
                .formatted(field.name(), value(field), ALIGNMENT));
      }
    }
  }

  private void between(MemoryField field, long least, long most) {
    if (value(field) < least || value(field) > most) {
      String wanted = least == most ? "" + least : "%d to %d".formatted(least, most);
      throw new IllegalArgumentException(
          "%s is %d but must be %s".formatted(field.name(), value(field), wanted));
    }
  }

  private long value(MemoryField field) {
    return entry.value(field);
  }
}

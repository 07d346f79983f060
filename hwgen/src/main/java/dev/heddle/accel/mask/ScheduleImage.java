package dev.heddle.accel.mask;

import static dev.heddle.accel.mask.Schedule.IDLE;
import static dev.heddle.accel.mask.ScheduleFormat.LINE_BYTES;
import static dev.heddle.accel.mask.ScheduleFormat.MAX_ROWS;
import static dev.heddle.accel.mask.ScheduleFormat.ROW_FILL;
import static dev.heddle.accel.mask.ScheduleFormat.ROW_WORD_BYTES;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A {@link Schedule} packed as card memory holds it ({@link ScheduleFormat}).
 *
 * @param format the format
 * @param steps the list of steps, whole lines from index 0 on
 * @param rows the list of rows, whole lines from index 0 on
 */
public record ScheduleImage(ScheduleFormat format, ByteBuffer steps, ByteBuffer rows) {
  /**
   * An image of the given lists.
   *
   * @throws IllegalArgumentException when a list is no multiple of a line long
   */
  public ScheduleImage {
    steps = littleEndianLines("steps", steps);
    rows = littleEndianLines("rows", rows);
  }

  private static ByteBuffer littleEndianLines(String list, ByteBuffer bytes) {
    if (bytes.limit() % LINE_BYTES != 0) {
      throw new IllegalArgumentException(
          "the list of %s has %d bytes, no multiple of a line of %d; it is damaged or cut off"
              .formatted(list, bytes.limit(), LINE_BYTES));
    }
    return bytes.duplicate().clear().limit(bytes.limit()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Packs a schedule.
   *
   * @throws IllegalArgumentException when the format has other lanes, or too few bits for a key or
   *     row number
   */
  public static ScheduleImage pack(Schedule schedule, ScheduleFormat format) {
    if (schedule.lanes() != format.lanes()) {
      throw new IllegalArgumentException(
          "a %s does not fit a format of %d lanes".formatted(schedule, format.lanes()));
    }
    int lines = format.stepLines(schedule.steps());
    ScheduleImage image =
        new ScheduleImage(
            format,
            ByteBuffer.allocate(lines * LINE_BYTES),
            ByteBuffer.allocate(format.rowLines(schedule.rowCount()) * LINE_BYTES));
    for (int step = 0; step < lines * format.stepsPerLine(); step++) {
      for (int lane = 0; lane < format.lanes(); lane++) {
        boolean present = step < schedule.steps();
        int key = present ? schedule.key(step, lane) : IDLE;
        if (key >= format.maxKeys()) {
          throw new IllegalArgumentException(
              "step %d, lane %d: key %d does not fit entries of %d bits, which number %d keys"
                  .formatted(step, lane, key, format.entryBits(), format.maxKeys()));
        }
        image.putEntry(step, lane, format.entry(key, present && schedule.last(step, lane)));
      }
    }
    image.putRows(schedule);
    return image;
  }

  private void putRows(Schedule schedule) {
    int[] open = new int[schedule.lanes()];
    Arrays.fill(open, IDLE);
    int count = 0;
    for (int step = 0; step < schedule.steps(); step++) {
      for (int lane = 0; lane < schedule.lanes(); lane++) {
        int row = schedule.row(step, lane);
        if (row == IDLE) {
          continue;
        }
        if (open[lane] == IDLE) {
          requireRow(row, step, lane);
          open[lane] = row;
          rows.putShort(ROW_WORD_BYTES * count++, (short) ScheduleFormat.rowWord(row, lane));
        }
        if (open[lane] != row) {
          throw new IllegalArgumentException(
              "step %d, lane %d: row %d begins but row %d has not ended; verify the schedule"
                  .formatted(step, lane, row, open[lane]));
        }
        if (schedule.last(step, lane)) {
          open[lane] = IDLE;
        }
      }
    }
    for (int at = ROW_WORD_BYTES * count; at < rows.limit(); at += ROW_WORD_BYTES) {
      rows.putShort(at, (short) ROW_FILL);
    }
  }

  private static void requireRow(int row, int step, int lane) {
    if (row >= MAX_ROWS) {
      throw new IllegalArgumentException(
          "step %d, lane %d: a set has at most %d rows but there is a row %d; split it"
              .formatted(step, lane, MAX_ROWS, row));
    }
  }

  /** Bytes of both lists. */
  public int bytes() {
    return steps.limit() + rows.limit();
  }

  /**
   * The schedule of this image, without the idle steps at its end.
   *
   * @throws IllegalArgumentException when the image contradicts its format; it says where. Whether
   *     the schedule fits a mask is for {@link Schedule#verify} to say.
   */
  public Schedule unpack() {
    int lanes = format.lanes();
    int stepCount = steps.limit() / LINE_BYTES * format.stepsPerLine();
    int[] rowNumbers = new int[stepCount * lanes];
    int[] keys = new int[stepCount * lanes];
    BitSet lasts = new BitSet();
    int[] open = new int[lanes];
    Arrays.fill(open, IDLE);
    BitSet begun = new BitSet();
    int count = 0;
    for (int step = 0; step < stepCount; step++) {
      for (int lane = 0; lane < lanes; lane++) {
        int at = step * lanes + lane;
        int entry = entry(step, lane);
        keys[at] = format.key(entry);
        if (keys[at] == IDLE) {
          require(!format.last(entry), step, lane, "an idle entry is marked as the last of a row");
          rowNumbers[at] = IDLE;
          continue;
        }
        if (open[lane] == IDLE) {
          open[lane] = beginRow(count++, step, lane, begun);
        }
        rowNumbers[at] = open[lane];
        if (format.last(entry)) {
          lasts.set(at);
          open[lane] = IDLE;
        }
      }
    }
    for (int lane = 0; lane < lanes; lane++) {
      require(open[lane] == IDLE, stepCount, lane, "row %d has no last key".formatted(open[lane]));
    }
    requireFill(count);
    return new Schedule(lanes, rowNumbers, keys, lasts);
  }

  private int beginRow(int index, int step, int lane, BitSet begun) {
    require(
        index < rows.limit() / ROW_WORD_BYTES,
        step,
        lane,
        "row %d begins but the list of rows has ended".formatted(index));
    int word = rowWord(index);
    int row = ScheduleFormat.rowNumber(word);
    require(
        ScheduleFormat.rowLane(word) == lane,
        step,
        lane,
        "row word %d is 0x%04x, which names lane %d"
            .formatted(index, word, ScheduleFormat.rowLane(word)));
    require(!begun.get(row), step, lane, "row %d begins a second time".formatted(row));
    begun.set(row);
    return row;
  }

  private void requireFill(int count) {
    int stepBits = format.stepsPerLine() * format.stepBits();
    for (int line = 0; line < steps.limit(); line += LINE_BYTES) {
      for (int bit = stepBits; bit < LINE_BYTES * Byte.SIZE; bit++) {
        if ((steps.get(line + bit / Byte.SIZE) >> bit % Byte.SIZE & 1) != 0) {
          throw new IllegalArgumentException(
              "bit %d of the line at byte %d of the steps is set but belongs to no step"
                  .formatted(bit, line));
        }
      }
    }
    if (rows.limit() != format.rowLines(count) * LINE_BYTES) {
      throw new IllegalArgumentException(
          "the steps begin %d rows, but the list of rows has %d lines"
              .formatted(count, rows.limit() / LINE_BYTES));
    }
    for (int index = count; index < rows.limit() / ROW_WORD_BYTES; index++) {
      if (rowWord(index) != ROW_FILL) {
        throw new IllegalArgumentException(
            "row word %d is 0x%04x but the steps begin only %d rows; expected 0x%04x"
                .formatted(index, rowWord(index), count, ROW_FILL));
      }
    }
  }

  private static void require(boolean kept, int step, int lane, String problem) {
    if (!kept) {
      throw new IllegalArgumentException(
          "step %d, lane %d: %s; the schedule is damaged".formatted(step, lane, problem));
    }
  }

  private int rowWord(int index) {
    return Short.toUnsignedInt(rows.getShort(ROW_WORD_BYTES * index));
  }

  private int entry(int step, int lane) {
    int bit = format.entryBit(step % format.stepsPerLine(), lane);
    int at = step / format.stepsPerLine() * LINE_BYTES + bit / Byte.SIZE;
    int shift = bit % Byte.SIZE;
    int value = 0;
    for (int i = 0; i * Byte.SIZE < shift + format.entryBits(); i++) {
      value |= Byte.toUnsignedInt(steps.get(at + i)) << i * Byte.SIZE;
    }
    return value >> shift & (1 << format.entryBits()) - 1;
  }

  private void putEntry(int step, int lane, int entry) {
    int bit = format.entryBit(step % format.stepsPerLine(), lane);
    int at = step / format.stepsPerLine() * LINE_BYTES + bit / Byte.SIZE;
    for (int rest = entry << bit % Byte.SIZE; rest != 0; rest >>>= Byte.SIZE, at++) {
      steps.put(at, (byte) (steps.get(at) | rest));
    }
  }
}

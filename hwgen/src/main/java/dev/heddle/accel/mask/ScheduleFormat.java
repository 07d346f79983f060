package dev.heddle.accel.mask;

import static dev.heddle.accel.mask.Schedule.IDLE;

/**
 * How a {@link Schedule} lies in card memory: a list of steps and a list of rows, both in lines of
 * {@value #LINE_BYTES} bytes, little endian.
 *
 * <p><b>Steps.</b> A step is one entry for each lane, lane 0 in the lowest bits. Steps do not cross
 * lines; the bits left over are zero, and the last line is filled up with idle steps:
 *
 * <pre>
 *   entry   last | key number                    idle:  0 | 1 1 1 .. 1
 *           top    entryBits - 1 bits
 *
 *   step    | lane n-1 |  ..  | lane 1 | lane 0 |          lanes * entryBits bits
 *
 *   line    | 0 .. 0 | step s-1 |  ..  | step 1 | step 0 |     s = stepsPerLine
 *          bit 511                                   bit 0
 * </pre>
 *
 * The last bit marks the last key of a row. All ones as key number mean that the lane idles, so
 * that there are at most {@code 2^(entryBits-1) - 1} keys; the default of 12 bits takes 2,047 keys,
 * and with 4 lanes gives 10 steps a line.
 *
 * <p><b>Rows.</b> A row begins with the first entry of a lane that is not idle, and with the first
 * one after a last key. The list holds one word of 16 bits for each row in the order in which they
 * begin, by step and within a step by lane. What is left of the last line is filled with {@code
 * 0xFFFF}:
 *
 * <pre>
 *   word    | lane | row number |        line   | word 31 | .. | word 1 | word 0 |
 *           15   12 11         0                bit 511                      bit 0
 * </pre>
 *
 * Row 4,095 on lane 15 equals the fill: the last bits of the steps, not the fill, tell how many
 * rows there are. Rows without keys occur in neither list.
 *
 * @param lanes number of lanes, 1 to {@value #MAX_LANES}
 * @param entryBits bits of an entry, {@value #MIN_ENTRY_BITS} to {@value #MAX_ENTRY_BITS}
 */
public record ScheduleFormat(int lanes, int entryBits) {
  /** Bytes of a line. */
  public static final int LINE_BYTES = 64;

  /** Most lanes that a row word can name. */
  public static final int MAX_LANES = 16;

  /** Fewest bits of an entry. */
  public static final int MIN_ENTRY_BITS = 2;

  /** Most bits of an entry. */
  public static final int MAX_ENTRY_BITS = 16;

  /** Bits of an entry unless there are more keys. */
  public static final int DEFAULT_ENTRY_BITS = 12;

  /** Bits of a row number in a row word; the lane is above. */
  public static final int ROW_NUMBER_BITS = 12;

  /** Most rows of a set. */
  public static final int MAX_ROWS = 1 << ROW_NUMBER_BITS;

  /** Bytes of a row word. */
  public static final int ROW_WORD_BYTES = 2;

  /** The word that fills the last line of the rows. */
  public static final int ROW_FILL = 0xFFFF;

  private static final int LINE_BITS = LINE_BYTES * Byte.SIZE;

  /**
   * A format.
   *
   * @throws IllegalArgumentException when lanes or bits are out of range
   */
  public ScheduleFormat {
    requireLanes(lanes);
    if (entryBits < MIN_ENTRY_BITS || entryBits > MAX_ENTRY_BITS) {
      throw new IllegalArgumentException(
          "entryBits is %d but must be %d to %d"
              .formatted(entryBits, MIN_ENTRY_BITS, MAX_ENTRY_BITS));
    }
  }

  static void requireLanes(int lanes) {
    if (lanes < 1 || lanes > MAX_LANES) {
      throw new IllegalArgumentException(
          "lanes is %d but must be 1 to %d".formatted(lanes, MAX_LANES));
    }
  }

  /**
   * The format with entries of {@value #DEFAULT_ENTRY_BITS} bits, or as many as the keys need.
   *
   * @throws IllegalArgumentException when no entry is wide enough for so many keys
   */
  public static ScheduleFormat of(int lanes, int keys) {
    ScheduleFormat format = new ScheduleFormat(lanes, DEFAULT_ENTRY_BITS);
    while (keys > format.maxKeys() && format.entryBits < MAX_ENTRY_BITS) {
      format = new ScheduleFormat(lanes, format.entryBits + 1);
    }
    format.requireKeys(keys);
    return format;
  }

  /**
   * The format for a mask: as {@link #of(int, int)}.
   *
   * @throws IllegalArgumentException when the mask has too many rows or keys
   */
  public static ScheduleFormat of(int lanes, AttentionMask mask) {
    if (mask.rows() > MAX_ROWS) {
      throw new IllegalArgumentException(
          "a set has at most %d rows but there are %d; split it by heads or queries"
              .formatted(MAX_ROWS, mask.rows()));
    }
    return of(lanes, mask.keys());
  }

  /** Most keys of a set. */
  public int maxKeys() {
    return idleEntry();
  }

  /** Bits of a key number. */
  public int keyBits() {
    return entryBits - 1;
  }

  /** The bit of an entry that marks the last key of a row. */
  public int lastFlag() {
    return 1 << keyBits();
  }

  /** The entry of a lane that idles, which is also the mask of the key number. */
  public int idleEntry() {
    return lastFlag() - 1;
  }

  /** Bits of a step. */
  public int stepBits() {
    return lanes * entryBits;
  }

  /** Number of steps in a line. */
  public int stepsPerLine() {
    return LINE_BITS / stepBits();
  }

  /** Number of lines that hold a number of steps. */
  public int stepLines(int steps) {
    return linesFor(steps, stepsPerLine());
  }

  /** Number of row words in a line. */
  public int rowsPerLine() {
    return LINE_BYTES / ROW_WORD_BYTES;
  }

  /** Number of lines that hold a number of row words. */
  public int rowLines(int rows) {
    return linesFor(rows, rowsPerLine());
  }

  private static int linesFor(int elements, int perLine) {
    return (elements + perLine - 1) / perLine;
  }

  /** The entry of a key, or of {@link Schedule#IDLE}. */
  int entry(int key, boolean last) {
    return key == IDLE ? idleEntry() : key | (last ? lastFlag() : 0);
  }

  /** The key of an entry, or {@link Schedule#IDLE}. */
  int key(int entry) {
    int key = entry & idleEntry();
    return key == idleEntry() ? IDLE : key;
  }

  /** Whether an entry marks the last key of a row. */
  boolean last(int entry) {
    return (entry & lastFlag()) != 0;
  }

  /** Bit of a line at which an entry begins. */
  int entryBit(int slot, int lane) {
    return slot * stepBits() + lane * entryBits;
  }

  static int rowWord(int row, int lane) {
    return row | lane << ROW_NUMBER_BITS;
  }

  static int rowNumber(int word) {
    return word & (MAX_ROWS - 1);
  }

  static int rowLane(int word) {
    return word >> ROW_NUMBER_BITS;
  }

  private void requireKeys(int keys) {
    if (keys > maxKeys()) {
      throw new IllegalArgumentException(
          "entries of %d bits number %d keys but there are %d; split the set by heads"
              .formatted(entryBits, maxKeys(), keys));
    }
  }
}

package dev.heddle.accel.isa;

import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.accel.mask.ScheduleImage;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An entry of the head table: query rows that attend to one set of keys, and how. Heads of a layer
 * may differ in everything.
 *
 * <pre>
 *   queries, keys, values   row after row, each of 1 or 2 lines of 64 codes, zeros behind the head
 *                           dimension
 *   query exponents         one signed byte a row
 *   key exponents           two signed bytes a key: that of the key, that of its value
 *   pages                   4 bytes a page: lines of 64 bytes from page 0 to it
 *   masks                   8 bytes a row: bit b for key first + gap + b
 *   sinks                   8 bytes a row: maximum and weight of its sink
 *   states                  what an output of states looks like, row after row: the sums over the keys
 *                           before those of the entry
 *   output, fp32            4 bytes an element, output_stride bytes a row
 *   output, state           3 words of 32 bits an element: the low halves of acc, their high halves, and
 *                           m, ev, the low and the high half of l before zeros
 *   output, X8              a line of codes for each 64 elements; the exponents of their blocks of
 *                           32 side by side at output_exponents, those of a row together
 * </pre>
 *
 * All addresses are multiples of 64. With the source {@link Source#PATTERN} row r stands at
 * position {@code i = position + floor(r / group)} and sees key j when {@code j <= i} (unless the
 * entry is bidirectional) and {@code i - j < window} or {@code j < first}. Of the keys between the
 * first and the window {@code gap} are not even loaded: the keys of the entry are numbers 0 to
 * {@code first - 1} and from {@code first + gap} on. A masked entry knows no positions: its rows
 * see the first keys, and of the 64 keys from {@code first + gap} on those of their mask
 * (speculative trees). With {@link Source#SCHEDULE} the keys of each row are listed ({@link
 * Schedule}).
 *
 * <p>Keys, values and exponents lie row after row, or in pages of {@code page_size} tokens:
 *
 * <pre>
 *   pages       7    2    9       key_rows, value_rows and key_exponents are the addresses in page 0;
 *   keys      0..15 16..31 32..    those of a listed page are as many lines further on
 * </pre>
 *
 * The pages of an entry are those of the keys that it loads, in their order, so the gap is one of
 * whole pages and starts behind the page of the last first key. Without a gap an entry may list any
 * pages, such as those that a router has chosen; keys and positions then count what is listed.
 */
public final class HeadEntry extends MemoryEntry<HeadEntry> {
  /** Where the keys of a row come from. */
  public enum Source {
    /** A formula. */
    PATTERN,
    /** A compiled list. */
    SCHEDULE
  }

  /** What the output rows look like. */
  public enum Output {
    /** 32-bit floating point. */
    FP32,
    /** 8-bit codes with an exponent for each 32. */
    X8,
    /** What is known of a row before its division, to be merged with other keys of it. */
    STATE
  }

  /** Bytes of an entry; entries stand side by side. */
  public static final int BYTES = 192;

  /** {@link Source} of the keys. */
  public static final MemoryField SOURCE =
      new MemoryField("source", 0, 1, false, "keys of a row: 0 PATTERN, 1 SCHEDULE");

  /** {@link Output} format. */
  public static final MemoryField OUTPUT_FORMAT =
      new MemoryField("output_format", 1, 1, false, "0 FP32, 1 X8, 2 STATE");

  /** Rows that stand at one position. */
  public static final MemoryField GROUP =
      new MemoryField("group", 2, 2, false, "rows at one position: query heads that share keys");

  /** Query rows. */
  public static final MemoryField ROWS = new MemoryField("rows", 4, 4, false, "query rows");

  /** Keys that are loaded. */
  public static final MemoryField KEYS =
      new MemoryField("keys", 8, 4, false, "keys that are loaded, and values");

  /** Multiplier of the scores. */
  public static final MemoryField MULTIPLIER =
      new MemoryField("multiplier", 12, 2, false, "multiplier of the scores");

  /** Exponent that goes with it. */
  public static final MemoryField EXPONENT =
      new MemoryField("exponent", 14, 2, true, "exponent of the multiplier");

  /** Address of the query rows. */
  public static final MemoryField QUERIES =
      new MemoryField("queries", 16, 8, false, "address of the query rows");

  /** Address of their exponents. */
  public static final MemoryField QUERY_EXPONENTS =
      new MemoryField("query_exponents", 24, 8, false, "address of their exponents");

  /** Address of key 0. */
  public static final MemoryField KEY_ROWS =
      new MemoryField("key_rows", 32, 8, false, "address of the keys");

  /** Address of value 0. */
  public static final MemoryField VALUE_ROWS =
      new MemoryField("value_rows", 40, 8, false, "address of the values");

  /** Address of the exponents of key 0 and value 0. */
  public static final MemoryField KEY_EXPONENTS =
      new MemoryField("key_exponents", 48, 8, false, "address of the exponents of keys and values");

  /** Address of output row 0. */
  public static final MemoryField OUTPUT =
      new MemoryField("output", 56, 8, false, "address of the output rows");

  /** Address of the exponents of X8 output. */
  public static final MemoryField OUTPUT_EXPONENTS =
      new MemoryField("output_exponents", 64, 8, false, "address of the exponents of X8 output");

  /** Address of the schedule's steps. */
  public static final MemoryField STEPS =
      new MemoryField("steps", 72, 8, false, "SCHEDULE: address of the steps");

  /** Address of the schedule's row list. */
  public static final MemoryField ROW_LIST =
      new MemoryField("row_list", 80, 8, false, "SCHEDULE: address of the rows in their order");

  /** Steps of the schedule. */
  public static final MemoryField STEP_COUNT =
      new MemoryField("step_count", 88, 4, false, "SCHEDULE: steps, idle ones at the end included");

  /** Bytes between output rows. */
  public static final MemoryField OUTPUT_STRIDE =
      new MemoryField("output_stride", 92, 4, false, "bytes from one output row to the next");

  /** Position of the first row. */
  public static final MemoryField POSITION =
      new MemoryField("position", 96, 4, false, "PATTERN: position of the first row");

  /** Length of the window. */
  public static final MemoryField WINDOW =
      new MemoryField("window", 100, 4, false, "PATTERN: keys of the window, itself included");

  /** Keys that all rows see. */
  public static final MemoryField FIRST =
      new MemoryField("first", 104, 4, false, "PATTERN: keys at the start that all rows see");

  /** Keys that no row sees. */
  public static final MemoryField GAP =
      new MemoryField("gap", 108, 4, false, "PATTERN: keys after the first that are left out");

  /** Whether rows see later keys. */
  public static final MemoryField BIDIRECTIONAL =
      new MemoryField("bidirectional", 112, 1, false, "PATTERN: 1 when every row sees every key");

  /** Whether masks say which keys rows see. */
  public static final MemoryField MASKED =
      new MemoryField("masked", 115, 1, false, "PATTERN: 1 when each row has a mask");

  /** Lines of a query or key. */
  public static final MemoryField KEY_LINES =
      new MemoryField("key_lines", 113, 1, false, "lines of 64 codes of a query or key");

  /** Lines of a value. */
  public static final MemoryField VALUE_LINES =
      new MemoryField("value_lines", 114, 1, false, "lines of 64 codes of a value");

  /** Rows that have keys. */
  public static final MemoryField LISTED_ROWS =
      new MemoryField("listed_rows", 116, 4, false, "SCHEDULE: rows of the row list");

  /** Lines of the schedule's steps. */
  public static final MemoryField STEP_LINES =
      new MemoryField("step_lines", 120, 4, false, "SCHEDULE: lines of 64 bytes of the steps");

  /** Growth of the scores from key to key. */
  public static final MemoryField SLOPE =
      new MemoryField(
          "slope",
          124,
          4,
          false,
          "ALiBi: what scores grow by from key to key, in steps of 2^-24 of a power of two");

  /** Address of the page list. */
  public static final MemoryField PAGES =
      new MemoryField("pages", 128, 8, false, "address of the list of pages");

  /** Pages of the page list. */
  public static final MemoryField PAGE_COUNT =
      new MemoryField("page_count", 136, 4, false, "pages that are listed");

  /** Tokens of a page. */
  public static final MemoryField PAGE_SIZE =
      new MemoryField(
          "page_size", 140, 4, false, "tokens of a page, a power of two; 0 when there are none");

  /** Address of the masks. */
  public static final MemoryField MASKS =
      new MemoryField("masks", 144, 8, false, "address of the masks of the rows");

  /** Whether rows have sinks. */
  public static final MemoryField SINKED =
      new MemoryField("sinked", 160, 1, false, "1 when each row has a sink");

  /** Address of the sinks. */
  public static final MemoryField SINKS =
      new MemoryField("sinks", 152, 8, false, "address of the sinks of the rows");

  /** Whether rows go on from states. */
  public static final MemoryField CONTINUED =
      new MemoryField("continued", 161, 1, false, "1 when each row goes on from a state");

  /** Address of the states. */
  public static final MemoryField STATES =
      new MemoryField("states", 176, 8, false, "address of the states that the rows go on from");

  /** Largest size of a score. */
  public static final MemoryField CAP =
      new MemoryField(
          "cap",
          164,
          4,
          false,
          "soft-cap of the scores in steps of 2^-16 of a power of two; 0 none");

  /** What goes with it. */
  public static final MemoryField CAP_INVERSE =
      new MemoryField("cap_inverse", 168, 4, false, "2^42 over the cap, to nearest");

  /** All fields. */
  public static final List<MemoryField> FIELDS =
      List.of(
          SOURCE,
          OUTPUT_FORMAT,
          GROUP,
          ROWS,
          KEYS,
          MULTIPLIER,
          EXPONENT,
          QUERIES,
          QUERY_EXPONENTS,
          KEY_ROWS,
          VALUE_ROWS,
          KEY_EXPONENTS,
          OUTPUT,
          OUTPUT_EXPONENTS,
          STEPS,
          ROW_LIST,
          STEP_COUNT,
          OUTPUT_STRIDE,
          POSITION,
          WINDOW,
          FIRST,
          GAP,
          BIDIRECTIONAL,
          MASKED,
          KEY_LINES,
          VALUE_LINES,
          LISTED_ROWS,
          STEP_LINES,
          SLOPE,
          PAGES,
          PAGE_COUNT,
          PAGE_SIZE,
          MASKS,
          SINKED,
          SINKS,
          CAP,
          CAP_INVERSE,
          CONTINUED,
          STATES);

  /** An entry whose fields are zero. */
  public HeadEntry() {
    super("head entry", FIELDS, BYTES);
  }

  /** Reads an entry. */
  public static HeadEntry decode(ByteBuffer memory, int start) {
    return new HeadEntry().read(memory, start);
  }

  @Override
  HeadEntry self() {
    return this;
  }

  /** Gives the scores a cap. */
  public HeadEntry withCap(ScoreCap cap) {
    return with(CAP, cap.limit()).with(CAP_INVERSE, cap.inverse());
  }

  /**
   * Lets the rows see the keys of a schedule.
   *
   * @param image the packed schedule
   * @param stepList address of its list of steps
   * @param rowList address of its list of rows
   */
  public HeadEntry withSchedule(
      Schedule schedule, ScheduleImage image, long stepList, long rowList) {
    return with(SOURCE, Source.SCHEDULE.ordinal())
        .with(STEPS, stepList)
        .with(STEP_COUNT, schedule.steps())
        .with(STEP_LINES, image.steps().limit() / ScheduleFormat.LINE_BYTES)
        .with(ROW_LIST, rowList)
        .with(LISTED_ROWS, schedule.rowCount());
  }
}

package dev.heddle.accel.golden;

import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.format.KeySlope;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.isa.HeadEntry.Source;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.accel.mask.ScheduleImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes one entry of the head table on card memory: reads queries, keys and values, computes
 * every row with {@link GoldenAttention}, writes the output.
 */
public final class GoldenHead implements HeadCheck.Lists {
  /** Codes of a line. */
  public static final int LINE = 64;

  /** Keys whose exponents, with those of their values, fill a line. */
  public static final int KEYS_PER_LINE = LINE / 2;

  /** Bytes of a page in a page list. */
  public static final int PAGE_BYTES = Integer.BYTES;

  /** Bytes of the mask of a row. */
  public static final int MASK_BYTES = Long.BYTES;

  private final HeadEntry entry;
  private final ByteBuffer memory;
  private final int lanes;

  /**
   * The execution of {@code entry} on {@code memory}.
   *
   * @param lanes lanes of the engine, which the format of a schedule depends on
   */
  public GoldenHead(HeadEntry entry, ByteBuffer memory, int lanes) {
    this.entry = entry;
    this.lanes = lanes;
    this.memory = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Lines that a vector of some elements takes. */
  public static int lines(int elements) {
    return (elements + LINE - 1) / LINE;
  }

  /**
   * Computes all rows.
   *
   * @return pairs of a row and a key that it sees
   */
  public long run() {
    List<KvVector> queries = queries();
    List<KvVector> keys = keys();
    List<KvVector> values = vectors(HeadEntry.VALUE_ROWS, HeadEntry.VALUE_LINES, 1);
    ScoreScale scale = new ScoreScale(value(HeadEntry.MULTIPLIER), value(HeadEntry.EXPONENT));
    ScoreCap cap = new ScoreCap(value(HeadEntry.CAP));
    KeySlope slope = new KeySlope(value(HeadEntry.SLOPE));
    float[] output = new float[value(HeadEntry.VALUE_LINES) * LINE];
    List<List<Integer>> seen = seen(queries.size());
    for (int row = 0; row < queries.size(); row++) {
      List<KvVector> seenKeys = new ArrayList<>();
      List<KvVector> seenValues = new ArrayList<>();
      for (int place : seen.get(row)) {
        seenKeys.add(keys.get(place));
        seenValues.add(values.get(place));
      }
      if (!seenKeys.isEmpty()) {
        List<Integer> places = seen.get(row);
        AttentionState state =
            GoldenAttention.state(
                before(row, output.length),
                queries.get(row),
                seenKeys,
                seenValues,
                scale,
                (score, key) -> cap.capped(score) + slope.bias(places.get(key)));
        if (value(HeadEntry.OUTPUT_FORMAT) == Output.STATE.ordinal()) {
          state.encode(memory, address(row));
        } else {
          state.normalise(output, 0);
          write(row, output);
        }
      }
    }
    return seen.stream().mapToLong(List::size).sum();
  }

  /** The state of a row before its first key. */
  private AttentionState before(int row, int length) {
    if (value(HeadEntry.CONTINUED) == 1) {
      int start = value(HeadEntry.STATES) + row * AttentionState.bytes(length);
      return AttentionState.decode(memory, start, length);
    }
    return value(HeadEntry.SINKED) == 1 ? sink(row).state(length) : AttentionState.empty(length);
  }

  @Override
  public AttentionSink sink(int row) {
    return AttentionSink.decode(memory, value(HeadEntry.SINKS) + row * AttentionSink.BYTES);
  }

  /** The queries, row after row. */
  public List<KvVector> queries() {
    int bytes = value(HeadEntry.KEY_LINES) * LINE;
    List<KvVector> queries = new ArrayList<>();
    for (int row = 0; row < value(HeadEntry.ROWS); row++) {
      byte exponent = memory.get(value(HeadEntry.QUERY_EXPONENTS) + row);
      queries.add(vector(value(HeadEntry.QUERIES) + row * bytes, bytes, exponent));
    }
    return queries;
  }

  /** The keys that are loaded, in their order. */
  public List<KvVector> keys() {
    return vectors(HeadEntry.KEY_ROWS, HeadEntry.KEY_LINES, 0);
  }

  /** Keys or values; {@code exponent} is which of the two of a token is theirs. */
  private List<KvVector> vectors(MemoryField start, MemoryField lines, int exponent) {
    int bytes = value(lines) * LINE;
    List<KvVector> vectors = new ArrayList<>();
    for (int place = 0; place < value(HeadEntry.KEYS); place++) {
      int exponents = value(HeadEntry.KEY_EXPONENTS) + offset(place, 2);
      vectors.add(
          vector(value(start) + offset(place, bytes), bytes, memory.get(exponents + exponent)));
    }
    return vectors;
  }

  /** Number of the key at a place of those that are loaded. */
  private int keyAt(int place) {
    return place < gapStart(entry) ? place : place + value(HeadEntry.GAP);
  }

  /** The place at which the gap of an entry starts: behind its first keys or their last page. */
  static int gapStart(HeadEntry entry) {
    int first = Math.toIntExact(entry.value(HeadEntry.FIRST));
    int page = Math.max(1, Math.toIntExact(entry.value(HeadEntry.PAGE_SIZE)));
    return (first + page - 1) / page * page;
  }

  /** How far what stands at a place lies from that of key 0 or of page 0, in bytes. */
  private int offset(int place, int bytes) {
    int page = value(HeadEntry.PAGE_SIZE);
    if (page == 0) {
      return keyAt(place) * bytes;
    }
    int lines = memory.getInt(value(HeadEntry.PAGES) + place / page * PAGE_BYTES);
    return lines * LINE + place % page * bytes;
  }

  /** For each row the places of the keys that it sees. */
  private List<List<Integer>> seen(int rows) {
    List<List<Integer>> seen = new ArrayList<>();
    boolean listed = value(HeadEntry.SOURCE) == Source.SCHEDULE.ordinal();
    for (int row = 0; row < rows; row++) {
      seen.add(listed ? new ArrayList<>() : placesSeen(row));
    }
    if (listed) {
      Schedule schedule = schedule();
      for (int step = 0; step < schedule.steps(); step++) {
        for (int lane = 0; lane < schedule.lanes(); lane++) {
          if (schedule.row(step, lane) != Schedule.IDLE) {
            seen.get(schedule.row(step, lane)).add(schedule.key(step, lane));
          }
        }
      }
    }
    return seen;
  }

  @Override
  public Schedule schedule() {
    ScheduleFormat format = new ScheduleFormat(lanes, ScheduleFormat.DEFAULT_ENTRY_BITS);
    int steps = value(HeadEntry.STEP_LINES) * ScheduleFormat.LINE_BYTES;
    int rows = format.rowLines(value(HeadEntry.LISTED_ROWS)) * ScheduleFormat.LINE_BYTES;
    return new ScheduleImage(
            format,
            memory.slice(value(HeadEntry.STEPS), steps),
            memory.slice(value(HeadEntry.ROW_LIST), rows))
        .unpack();
  }

  /** Places of the keys that a row sees by the formula, in ascending order. */
  private List<Integer> placesSeen(int row) {
    List<Integer> places = new ArrayList<>();
    int position = value(HeadEntry.POSITION) + row / value(HeadEntry.GROUP);
    for (int place = 0; place < value(HeadEntry.KEYS); place++) {
      int key = keyAt(place);
      boolean first = place < value(HeadEntry.FIRST);
      boolean seen;
      if (value(HeadEntry.MASKED) == 1) {
        int bit = place - value(HeadEntry.FIRST);
        seen = first || bit < Long.SIZE && (mask(row) >>> bit & 1) == 1;
      } else if (value(HeadEntry.BIDIRECTIONAL) == 1) {
        seen = true;
      } else {
        seen = key <= position && (first || position - key < value(HeadEntry.WINDOW));
      }
      if (seen) {
        places.add(place);
      }
    }
    return places;
  }

  @Override
  public long mask(int row) {
    return memory.getLong(value(HeadEntry.MASKS) + row * MASK_BYTES);
  }

  private KvVector vector(int address, int bytes, int exponent) {
    byte[] codes = new byte[bytes];
    memory.get(address, codes);
    return KvVector.of(codes, exponent);
  }

  private void write(int row, float[] output) {
    if (value(HeadEntry.OUTPUT_FORMAT) == Output.FP32.ordinal()) {
      for (int i = 0; i < output.length; i++) {
        memory.putFloat(address(row) + i * Float.BYTES, output[i]);
      }
      return;
    }
    byte[] codes = new byte[output.length];
    int blocks = output.length / WeightFormat.BLOCK;
    for (int block = 0; block < blocks; block++) {
      int from = block * WeightFormat.BLOCK;
      int exponent = Int8Block.quantise(output, from, from + WeightFormat.BLOCK, codes, from);
      memory.put(value(HeadEntry.OUTPUT_EXPONENTS) + row * blocks + block, (byte) exponent);
    }
    memory.put(address(row), codes);
  }

  private int address(int row) {
    return value(HeadEntry.OUTPUT) + row * value(HeadEntry.OUTPUT_STRIDE);
  }

  private int value(MemoryField field) {
    return Math.toIntExact(entry.value(field));
  }
}

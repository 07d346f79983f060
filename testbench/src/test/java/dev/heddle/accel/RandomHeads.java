package dev.heddle.accel;

import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.format.KeySlope;
import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.golden.HeadCheck;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleCompiler;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.testbench.attention.AttentionWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Random entries of head tables: patterns, schedules, sizes and numbers at their limits. */
final class RandomHeads {
  /** Where the keys of the rows come from. */
  enum Pattern {
    ALL,
    CAUSAL,
    WINDOW,
    FIRST_AND_WINDOW,
    GAP,
    DECODE,
    LONGEST,
    MASKED,
    SCHEDULE
  }

  private static final int[] HEAD_DIMENSIONS = {40, 64, 80, 96, 128, 1, 33};
  private static final int MOST_PAIRS = 2500;

  /** Keys that the entries of a schedule can name. */
  private static final int MOST_LISTED =
      new ScheduleFormat(1, ScheduleFormat.DEFAULT_ENTRY_BITS).maxKeys();

  private static final byte UNTOUCHED = 0x5a;

  private final Random random;
  private final AttentionShape shape;

  RandomHeads(long seed, AttentionShape shape) {
    random = new Random(seed);
    this.shape = shape;
  }

  /** The patterns that an engine understands. */
  static Pattern[] patterns(AttentionShape shape) {
    List<Pattern> patterns = new ArrayList<>(List.of(Pattern.values()));
    if (!shape.masks()) {
      patterns.remove(Pattern.MASKED);
    }
    if (!shape.schedule()) {
      patterns.remove(Pattern.SCHEDULE);
    }
    return patterns.toArray(new Pattern[0]);
  }

  /** Work of one table with {@code patterns.length} entries. */
  AttentionWork work(Pattern... patterns) {
    AttentionWork work = new AttentionWork(shape.segmented() ? 1 << 24 : 1 << 23);
    for (Pattern pattern : patterns) {
      add(work, pattern);
    }
    return work;
  }

  private int upTo(int most) {
    return 1 + random.nextInt(most);
  }

  private void add(AttentionWork work, Pattern pattern) {
    int most = Math.min(shape.longestRow(), 200);
    boolean cut = shape.segmented() && random.nextBoolean();
    int keys =
        switch (random.nextInt(6)) {
          case 0 -> 1;
          case 1 -> most;
          default -> upTo(most);
        };
    if (cut) {
      keys = aroundSegments();
    }
    if (pattern == Pattern.LONGEST) {
      keys = shape.longestRow();
    }
    if (pattern == Pattern.SCHEDULE) {
      keys = Math.min(keys, MOST_LISTED);
    }
    int rows = random.nextInt(5) == 0 ? 1 : upTo(Math.min(shape.rows(), 90));
    rows = Math.max(1, Math.min(rows, MOST_PAIRS / keys));
    int group = random.nextBoolean() ? 1 : upTo(8);
    int first = 0;
    int gap = 0;
    int window = 1 << 20;
    int position = 0;
    int last = (rows - 1) / group;
    switch (pattern) {
      case CAUSAL ->
          position =
              cut ? Math.max(0, keys - upTo(rows + 4)) : random.nextInt(3) * random.nextInt(keys);
      case WINDOW, FIRST_AND_WINDOW, GAP -> {
        first = pattern == Pattern.WINDOW ? 0 : upTo(Math.min(keys, shape.keys() - 1));
        gap = pattern == Pattern.GAP ? upTo(300) : 0;
        position = gap + (gap > 0 ? first : 0) + random.nextInt(keys);
        // The window of the last row must reach back to the last key.
        window = Math.max(1, position + last - gap - keys + 2) + random.nextInt(keys);
      }
      case DECODE -> position = Math.max(0, keys - 1 - last);
      default -> {
        // Every row sees every key.
      }
    }
    boolean bidirectional = pattern == Pattern.ALL || pattern == Pattern.LONGEST;
    int keyElements = elements(shape.keyDimension());
    int valueElements = elements(shape.valueDimension());
    HeadEntry entry =
        work.random(
                random,
                rows,
                keys + gap,
                lines(keyElements, shape.keyDimension()),
                lines(valueElements, shape.valueDimension()),
                keyElements,
                random.nextInt(8))
            .with(HeadEntry.KEYS, keys)
            .with(HeadEntry.GROUP, group)
            .with(HeadEntry.BIDIRECTIONAL, bidirectional ? 1 : 0)
            .with(HeadEntry.POSITION, position)
            .with(HeadEntry.WINDOW, window)
            .with(HeadEntry.FIRST, first)
            .with(HeadEntry.GAP, gap);
    fillValues(work, entry, keys + gap, valueElements);
    if (random.nextInt(3) == 0) {
      AttentionWork.setScale(
          entry, ScoreScale.of(Math.scalb(1 + random.nextDouble(), 4 - random.nextInt(20))));
    }
    if (random.nextInt(6) == 0) {
      equalKeys(work, entry, keys + gap);
    }
    if (random.nextInt(4) == 0) {
      extremeExponents(work, entry, keys + gap);
    }
    if (cut && random.nextBoolean()) {
      shiftSegments(work, entry, keys + gap);
    }
    if (shape.caps() && random.nextBoolean()) {
      entry.withCap(ScoreCap.of(1 + 127 * Math.pow(random.nextDouble(), 2)));
    }
    if (shape.alibi() && gap == 0 && random.nextBoolean()) {
      entry.with(HeadEntry.SLOPE, KeySlope.of(Math.scalb(1.0, -random.nextInt(12))).steps());
    }
    if (shape.sinks() && random.nextInt(3) == 0) {
      work.sink(entry, Stream.generate(this::sink).limit(rows).toList());
    } else if (shape.states() && random.nextInt(3) == 0) {
      int elements = value(entry, HeadEntry.VALUE_LINES) * GoldenHead.LINE;
      int before = GoldenAttention.MAX_KEYS - keys;
      work.continued(entry, Stream.generate(() -> state(elements, before)).limit(rows).toList());
    }
    boolean codes = false;
    if (pattern == Pattern.MASKED) {
      masks(work, entry, rows, keys);
    }
    if (pattern == Pattern.SCHEDULE) {
      codes = schedule(work, entry, rows, keys);
    } else if (shape.blocks() && random.nextInt(3) == 0) {
      codes = true;
    }
    if (shape.pages() && random.nextBoolean()) {
      work.page(entry, pageSize(entry), random);
    }
    boolean state = shape.states() && random.nextInt(4) == 0;
    output(work, entry, state ? Output.STATE : codes ? Output.X8 : Output.FP32);
    HeadCheck.require(shape, entry, work.image());
  }

  /** A number of keys at the end of some segment, or any. */
  private int aroundSegments() {
    int most = shape.longestRow();
    int segments = upTo(most / GoldenAttention.SEGMENT) * GoldenAttention.SEGMENT;
    return random.nextBoolean() ? Math.min(most, segments - 3 + random.nextInt(7)) : upTo(most);
  }

  /** Gives segments of keys scores and values that differ by powers of two, some by many. */
  private void shiftSegments(AttentionWork work, HeadEntry entry, int numbers) {
    int exponents = value(entry, HeadEntry.KEY_EXPONENTS);
    int most = 1 + random.nextInt(3) * 6;
    int keyShift = 0;
    int valueShift = 0;
    for (int i = 0; i < numbers; i++) {
      if (i % GoldenAttention.SEGMENT == 0) {
        keyShift = random.nextInt(2 * most) - most;
        valueShift = random.nextInt(2 * most) - most;
      }
      shift(work, exponents + 2 * i, keyShift);
      shift(work, exponents + 2 * i + 1, valueShift);
    }
  }

  private static void shift(AttentionWork work, int address, int by) {
    int shifted = work.image().get(address) + by;
    int most = Math.min(Int8Block.MAX_EXPONENT, shifted);
    work.image().put(address, (byte) Math.max(Int8Block.MIN_EXPONENT, most));
  }

  /** A sink that counts, or one far above or below all scores. */
  private AttentionSink sink() {
    return AttentionSink.of((random.nextInt(4) == 0 ? 40_000 : 8) * (2 * random.nextDouble() - 1));
  }

  /** A state of up to some keys: near the scores or far from them, of any size, or without keys. */
  private AttentionState state(int elements, int keys) {
    if (keys == 0 || random.nextInt(8) == 0) {
      return AttentionState.empty(elements);
    }
    boolean far = random.nextInt(4) == 0;
    int maximum = random.nextInt(far ? 1 << 16 : 16) - (far ? 1 << 15 : 8);
    int exponent = random.nextInt(3) == 0 ? exponent(0) : -7 - random.nextInt(8);
    long largest = ((1L << GoldenAttention.WEIGHT_BITS) - 1) * upTo(keys);
    long sum = random.nextInt(4) == 0 ? largest : 1 + (long) (random.nextDouble() * largest);
    long[] accumulators = new long[elements];
    for (int i = 0; i < elements; i++) {
      accumulators[i] = (long) (random.nextInt(255) - 127) * (sum - random.nextInt(1 << 20) % sum);
    }
    return new AttentionState(maximum, exponent, sum, accumulators);
  }

  /** Any size, but with a gap one of which the first keys and the gap are whole pages. */
  private int pageSize(HeadEntry entry) {
    int most = Integer.numberOfTrailingZeros(shape.keys());
    if (value(entry, HeadEntry.GAP) > 0) {
      int both = value(entry, HeadEntry.GAP) | value(entry, HeadEntry.FIRST);
      most = Math.min(most, Integer.numberOfTrailingZeros(both));
    }
    return 1 << random.nextInt(most + 1);
  }

  private int elements(int dimension) {
    return Math.min(dimension, HEAD_DIMENSIONS[random.nextInt(HEAD_DIMENSIONS.length)]);
  }

  /** Lines of a vector: as many as it needs, or as the engine has. */
  private int lines(int elements, int dimension) {
    int needed = GoldenHead.lines(elements);
    return random.nextInt(4) == 0 ? dimension / GoldenHead.LINE : needed;
  }

  private static int value(HeadEntry entry, MemoryField field) {
    return Math.toIntExact(entry.value(field));
  }

  private void fillValues(AttentionWork work, HeadEntry entry, int numbers, int elements) {
    int width = value(entry, HeadEntry.VALUE_LINES) * GoldenHead.LINE;
    for (int i = 0; i < numbers * width; i++) {
      int code = i % width < elements ? random.nextInt(255) - 127 : 0;
      work.image().put(value(entry, HeadEntry.VALUE_ROWS) + i, (byte) code);
    }
  }

  private void equalKeys(AttentionWork work, HeadEntry entry, int numbers) {
    int width = value(entry, HeadEntry.KEY_LINES) * GoldenHead.LINE;
    int codes = value(entry, HeadEntry.KEY_ROWS);
    int exponents = value(entry, HeadEntry.KEY_EXPONENTS);
    for (int i = width; i < numbers * width; i++) {
      work.image().put(codes + i, work.image().get(codes + i - width));
    }
    for (int i = 1; i < numbers; i++) {
      work.image().put(exponents + 2 * i, work.image().get(exponents));
    }
  }

  private void extremeExponents(AttentionWork work, HeadEntry entry, int numbers) {
    int kind = random.nextInt(4);
    int keyExponents = value(entry, HeadEntry.KEY_EXPONENTS);
    for (int i = 0; i < numbers; i++) {
      if (kind != 1) {
        work.image().put(keyExponents + 2 * i, exponent(kind));
      }
      if (kind != 2) {
        work.image().put(keyExponents + 2 * i + 1, exponent(kind));
      }
    }
    if (kind == 0 || kind == 3) {
      for (int i = 0; i < value(entry, HeadEntry.ROWS); i++) {
        work.image().put(value(entry, HeadEntry.QUERY_EXPONENTS) + i, exponent(kind));
      }
    }
  }

  private byte exponent(int kind) {
    int least = Int8Block.MIN_EXPONENT;
    int most = Int8Block.MAX_EXPONENT;
    return (byte)
        (kind == 3
            ? random.nextBoolean() ? least : most
            : least + random.nextInt(most - least + 1));
  }

  /** Lets the rows see first keys and, each by a mask of its own, keys behind them. */
  private void masks(AttentionWork work, HeadEntry entry, int rows, int keys) {
    int first = Math.max(keys - upTo(Long.SIZE), 0);
    int width = Math.min(keys - first, Long.SIZE);
    List<Long> masks = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      long mask = random.nextInt(4) == 0 ? 0 : random.nextLong() >>> (Long.SIZE - width);
      masks.add(first == 0 && mask == 0 ? 1 : mask);
    }
    entry.with(HeadEntry.FIRST, first);
    work.mask(entry, masks);
  }

  /** Gives the entry a random mask; says whether its output may be X8. */
  private boolean schedule(AttentionWork work, HeadEntry entry, int rows, int keys) {
    boolean everyRow = random.nextBoolean();
    double density = random.nextDouble();
    boolean[][][] kept = new boolean[1][rows][keys];
    for (boolean[] row : kept[0]) {
      for (int key = 0; key < keys; key++) {
        row[key] = random.nextDouble() < density;
      }
      if (everyRow) {
        row[random.nextInt(keys)] = true;
      }
    }
    kept[0][random.nextInt(rows)][random.nextInt(keys)] = true;
    AttentionMask mask = AttentionMask.of(kept);
    // The engine copes with conflicts of banks, so schedules of other banks are equally good.
    int banks = random.nextInt(3) == 0 ? 1 << upTo(5) : shape.banks();
    Schedule schedule = new ScheduleCompiler(shape.lanes(), banks).compile(mask);
    work.schedule(entry, schedule, Output.FP32);
    return shape.blocks() && everyRow && random.nextBoolean();
  }

  /** Output rows at a distance of their own, over bytes that show what is not written. */
  private void output(AttentionWork work, HeadEntry entry, Output format) {
    int elements = value(entry, HeadEntry.VALUE_LINES) * GoldenHead.LINE;
    int rowBytes =
        switch (format) {
          case FP32 -> elements * Float.BYTES;
          case X8 -> elements;
          case STATE -> AttentionState.bytes(elements);
        };
    int stride = rowBytes + random.nextInt(3) * GoldenHead.LINE;
    int size = value(entry, HeadEntry.ROWS) * stride;
    int output = work.allocate(size);
    for (int i = 0; i < size; i++) {
      work.image().put(output + i, UNTOUCHED);
    }
    entry
        .with(HeadEntry.OUTPUT_FORMAT, format.ordinal())
        .with(HeadEntry.OUTPUT, output)
        .with(HeadEntry.OUTPUT_STRIDE, stride);
  }
}

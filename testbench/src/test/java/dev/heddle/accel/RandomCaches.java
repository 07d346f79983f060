package dev.heddle.accel;

import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.testbench.attention.AttentionWork;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random entries of append and copy tables on a few caches, whose bytes are random before, so that
 * a byte too many that is written shows.
 */
final class RandomCaches {
  /** What is special about the numbers of a vector. */
  enum Kind {
    /** Nothing. */
    ANY,
    /** All are zeros. */
    ZEROS,
    /** All are subnormal. */
    SUBNORMAL,
    /** About as small as normal numbers get. */
    SMALLEST,
    /** About as large as numbers get. */
    LARGEST,
    /** One is much larger than all others. */
    OUTLIER,
    /** Half way between codes. */
    TIES,
    /** All are the largest below a power of two. */
    CLAMPED,
    /** Some are infinite or NaN. */
    INFINITE
  }

  private static final int CACHES = 3;
  private static final int SLOTS = 48;
  private static final int[] DIMENSIONS = {40, 64, 80, 96, 128};

  private record Cache(int keyLines, int valueLines, int keys, int values, int exponents) {}

  private final Random random;
  private final AttentionWork memory;
  private final List<Cache> caches = new ArrayList<>();

  /** Entries for the machine of a configuration, of {@code bytes} bytes of card memory. */
  RandomCaches(long seed, Configuration configuration, int bytes) {
    random = new Random(seed);
    memory = new AttentionWork(bytes);
    AttentionShape shape = configuration.attention().orElseThrow();
    int longestKey = shape.keyDimension() / GoldenHead.LINE;
    int longestValue = shape.valueDimension() / GoldenHead.LINE;
    for (int i = 0; i < CACHES; i++) {
      int keyLines = 1 + random.nextInt(longestKey);
      int valueLines = 1 + random.nextInt(longestValue);
      int keys = filled(SLOTS * keyLines * GoldenHead.LINE);
      int values = filled(SLOTS * valueLines * GoldenHead.LINE);
      int offset = AppendEntry.EXPONENT_BYTES * random.nextInt(GoldenHead.LINE);
      int exponents = filled(offset + 2 * SLOTS * AppendEntry.EXPONENT_BYTES) + offset;
      caches.add(new Cache(keyLines, valueLines, keys, values, exponents));
    }
  }

  private int filled(int bytes) {
    int place = memory.allocate(bytes);
    byte[] background = new byte[bytes];
    random.nextBytes(background);
    memory.image().put(place, background);
    return place;
  }

  AttentionWork memory() {
    return memory;
  }

  /** Neighbours of a cache that are appended. */
  AppendEntry append(Kind kind) {
    Cache cache = caches.get(random.nextInt(CACHES));
    int rows = random.nextInt(8) == 0 ? 1 + random.nextInt(SLOTS) : 1 + random.nextInt(4);
    int slot = random.nextInt(SLOTS - rows + 1);
    return append(cache, slot, rows, kind);
  }

  /** {@code rows} rows of the widths given. */
  AppendEntry append(int keyLines, int valueLines, int rows) {
    int keys = filled(rows * keyLines * GoldenHead.LINE);
    int values = filled(rows * valueLines * GoldenHead.LINE);
    int exponents = filled(rows * AppendEntry.EXPONENT_BYTES);
    return append(new Cache(keyLines, valueLines, keys, values, exponents), 0, rows, Kind.ANY);
  }

  private AppendEntry append(Cache cache, int slot, int rows, Kind kind) {
    return new AppendEntry()
        .with(AppendEntry.KEY_LINES, cache.keyLines)
        .with(AppendEntry.VALUE_LINES, cache.valueLines)
        .with(AppendEntry.ROWS, rows)
        .with(AppendEntry.KEY_ROWS, key(cache, slot))
        .with(AppendEntry.VALUE_ROWS, value(cache, slot))
        .with(AppendEntry.KEY_EXPONENTS, exponents(cache, slot))
        .with(AppendEntry.KEY_NUMBERS, numbers(rows, cache.keyLines, kind))
        .with(AppendEntry.VALUE_NUMBERS, numbers(rows, cache.valueLines, kind));
  }

  /** Neighbours of a cache that are copied within it or to another. */
  CopyEntry copy() {
    Cache from = caches.get(random.nextInt(CACHES));
    Cache to = caches.get(random.nextInt(CACHES));
    if (to.keyLines != from.keyLines || to.valueLines != from.valueLines) {
      to = from;
    }
    int rows = random.nextInt(8) == 0 ? 1 + random.nextInt(SLOTS) : 1 + random.nextInt(6);
    int source = random.nextInt(SLOTS - rows + 1);
    int target = random.nextInt(SLOTS - rows + 1);
    if (to == from && Math.abs(target - source) < rows) {
      // Rows move over themselves, to lower addresses: a copy within a cache has room for that.
      rows = Math.min(rows, SLOTS - 1);
      source = 1 + random.nextInt(SLOTS - rows);
      target = random.nextInt(source);
    }
    return new CopyEntry()
        .with(CopyEntry.KEY_LINES, from.keyLines)
        .with(CopyEntry.VALUE_LINES, from.valueLines)
        .with(CopyEntry.ROWS, rows)
        .with(CopyEntry.KEY_ROWS, key(to, target))
        .with(CopyEntry.VALUE_ROWS, value(to, target))
        .with(CopyEntry.KEY_EXPONENTS, exponents(to, target))
        .with(CopyEntry.KEY_SOURCE, key(from, source))
        .with(CopyEntry.VALUE_SOURCE, value(from, source))
        .with(CopyEntry.EXPONENT_SOURCE, exponents(from, source));
  }

  /** A copy of all that an entry appends. */
  CopyEntry copy(AppendEntry entry) {
    int rows = (int) entry.value(AppendEntry.ROWS);
    int keyLines = (int) entry.value(AppendEntry.KEY_LINES);
    int valueLines = (int) entry.value(AppendEntry.VALUE_LINES);
    return new CopyEntry()
        .with(CopyEntry.KEY_LINES, keyLines)
        .with(CopyEntry.VALUE_LINES, valueLines)
        .with(CopyEntry.ROWS, rows)
        .with(CopyEntry.KEY_ROWS, filled(rows * keyLines * GoldenHead.LINE))
        .with(CopyEntry.VALUE_ROWS, filled(rows * valueLines * GoldenHead.LINE))
        .with(CopyEntry.KEY_EXPONENTS, filled(rows * AppendEntry.EXPONENT_BYTES))
        .with(CopyEntry.KEY_SOURCE, entry.value(AppendEntry.KEY_ROWS))
        .with(CopyEntry.VALUE_SOURCE, entry.value(AppendEntry.VALUE_ROWS))
        .with(CopyEntry.EXPONENT_SOURCE, entry.value(AppendEntry.KEY_EXPONENTS));
  }

  private static int key(Cache cache, int slot) {
    return cache.keys + slot * cache.keyLines * GoldenHead.LINE;
  }

  private static int value(Cache cache, int slot) {
    return cache.values + slot * cache.valueLines * GoldenHead.LINE;
  }

  private static int exponents(Cache cache, int slot) {
    return cache.exponents + slot * AppendEntry.EXPONENT_BYTES;
  }

  private int numbers(int rows, int lines, Kind kind) {
    int width = lines * GoldenHead.LINE;
    int place = memory.allocate(rows * width * Float.BYTES);
    ByteBuffer image = memory.image();
    int dimension;
    do {
      dimension = DIMENSIONS[random.nextInt(DIMENSIONS.length)];
    } while (GoldenHead.lines(dimension) != lines);
    for (int row = 0; row < rows; row++) {
      int scale = random.nextInt(80) - 40;
      int special = random.nextInt(dimension);
      for (int i = 0; i < dimension; i++) {
        image.putFloat(place + (row * width + i) * Float.BYTES, number(kind, scale, i == special));
      }
    }
    return place;
  }

  private float number(Kind kind, int scale, boolean special) {
    float any = (float) random.nextGaussian();
    float sign = random.nextBoolean() ? 1 : -1;
    return switch (kind) {
      case ANY -> Math.scalb(any, scale);
      case ZEROS -> sign * 0f;
      case SUBNORMAL -> sign * Float.intBitsToFloat(random.nextInt(1 << 23));
      case SMALLEST -> Math.scalb(any, Float.MIN_EXPONENT + random.nextInt(10) - 2);
      case LARGEST -> Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, Math.scalb(any, 127)));
      case OUTLIER -> Math.scalb(any, special ? scale + 20 : scale);
      case TIES -> Math.scalb(special ? 64f : random.nextInt(255) / 2f - 63.5f, scale);
      case CLAMPED -> sign * Math.scalb(Math.nextDown(1f), scale);
      case INFINITE ->
          special
              ? sign * Float.POSITIVE_INFINITY
              : random.nextInt(8) == 0
                  ? Float.intBitsToFloat(0x7f800001 | random.nextInt())
                  : Math.scalb(any, 120);
    };
  }
}

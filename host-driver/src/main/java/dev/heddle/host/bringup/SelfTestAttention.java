package dev.heddle.host.bringup;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.HeadQueries;
import dev.heddle.host.device.KeyValueLayout;
import dev.heddle.host.device.MemoryRegion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Attention whose result is known: random queries, keys and values, always the same, each row over
 * all keys, and what the golden model makes of them.
 *
 * @param queries the rows
 * @param keys the keys
 * @param values as many values
 */
record SelfTestAttention(List<KvVector> queries, List<KvVector> keys, List<KvVector> values) {
  private static final int ELEMENTS = 64;
  private static final int MOST_KEYS = 150;
  private static final ScoreScale SCALE = ScoreScale.ofHeadDimension(ELEMENTS);

  /** Attention that every engine of {@code shape} can compute, on all of its lanes. */
  static SelfTestAttention of(AttentionShape shape) {
    SplittableRandom random = new SplittableRandom(1);
    int count = Math.min(MOST_KEYS, Math.min(shape.keys(), shape.longestRow()));
    return new SelfTestAttention(
        vectors(random, Math.min(shape.rows(), shape.lanes() + 1)),
        vectors(random, count),
        vectors(random, count));
  }

  private static List<KvVector> vectors(SplittableRandom random, int count) {
    List<KvVector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] x = new float[ELEMENTS];
      for (int j = 0; j < ELEMENTS; j++) {
        x[j] = (float) random.nextDouble(-3, 3);
      }
      vectors.add(KvVector.quantise(x, 0, ELEMENTS));
    }
    return vectors;
  }

  /** The output rows, {@code [row][element]}. */
  float[][] expected() {
    float[][] rows = new float[queries.size()][ELEMENTS];
    for (int row = 0; row < rows.length; row++) {
      GoldenAttention.row(queries.get(row), keys, values, SCALE, rows[row], 0);
    }
    return rows;
  }

  /** What a device makes of it. */
  float[][] found(Device device) {
    KeyValueLayout layout = new KeyValueLayout(keys.size(), 1, 1);
    MemoryRegion region = device.allocate(layout.bytes(), "keys and values");
    ByteBuffer image = ByteBuffer.allocateDirect((int) layout.bytes());
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).write(image, (int) layout.key(i));
      values.get(i).write(image, (int) layout.value(i));
      int exponents = (int) layout.exponents(i);
      image.put(exponents, (byte) keys.get(i).exponent());
      image.put(exponents + 1, (byte) values.get(i).exponent());
    }
    device.write(region, 0, image);
    HeadEntry entry =
        layout
            .entry(region.address())
            .with(HeadEntry.KEYS, keys.size())
            .with(HeadEntry.GROUP, queries.size())
            .with(HeadEntry.BIDIRECTIONAL, 1)
            .with(HeadEntry.MULTIPLIER, SCALE.multiplier())
            .with(HeadEntry.EXPONENT, SCALE.exponent());
    long pairs = (long) queries.size() * keys.size();
    return device.attend(List.of(new HeadQueries(entry, queries, pairs))).get(0).rows();
  }
}

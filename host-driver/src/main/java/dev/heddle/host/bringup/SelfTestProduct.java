package dev.heddle.host.bringup;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A product whose result is known: random weights and vectors, always the same, and what the golden
 * model makes of them.
 *
 * @param weights the matrix
 * @param vectors the vectors
 */
record SelfTestProduct(QuantisedMatrix weights, List<X8Vector> vectors) {
  private static final int MOST_COLUMNS = 300;
  private static final int WHOLE_TILES = 4;

  /** A product that uses all lanes in several row tiles, the last of them not full. */
  static SelfTestProduct of(Configuration configuration, WeightFormat format) {
    SplittableRandom random = new SplittableRandom(format.ordinal());
    int rows = WHOLE_TILES * configuration.rows() + configuration.rows() / 2 + 1;
    int columns = Math.min(MOST_COLUMNS, configuration.maxBlocks() * WeightFormat.BLOCK);
    QuantisedMatrix weights =
        QuantisedMatrix.quantise(format, values(random, rows * columns), rows, columns);
    List<X8Vector> vectors = new ArrayList<>();
    for (int i = 0; i < configuration.maxTokens(); i++) {
      vectors.add(X8Vector.quantise(values(random, columns)));
    }
    return new SelfTestProduct(weights, vectors);
  }

  private static float[] values(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** The results, {@code [vector][row]}. */
  float[][] expected() {
    return vectors.stream()
        .map(vector -> GoldenMatmul.multiply(weights, vector))
        .toArray(float[][]::new);
  }
}

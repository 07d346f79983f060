package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySlopeTest {
  private static final int DIMENSION = 64;

  private static KvVector vector(Random random) {
    float[] x = new float[DIMENSION];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return KvVector.quantise(x, 0, x.length);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1",
    "100, 1",
    "600, 0.5",
    "2048, 0.0625",
    "2048, 0.00390625",
    "16384, 0.00390625"
  })
  void aRowIsTheSoftmaxOfScoresThatFallWithTheDistance(int keys, double slope) {
    Random random = new Random(keys);
    KvVector query = vector(random);
    List<KvVector> k = new ArrayList<>();
    List<KvVector> v = new ArrayList<>();
    for (int j = 0; j < keys; j++) {
      k.add(vector(random));
      v.add(vector(random));
    }
    float[] actual = new float[DIMENSION];
    ScoreScale scale = ScoreScale.ofHeadDimension(DIMENSION);
    KeySlope growth = KeySlope.of(slope);
    GoldenAttention.state(query, k, v, scale, (score, key) -> score + growth.bias(key))
        .normalise(actual, 0);
    double[] expected = softmax(query, k, v, slope);
    double error = 0;
    double norm = 0;
    for (int i = 0; i < DIMENSION; i++) {
      error += Math.pow(actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertThat(Math.sqrt(error / norm)).isLessThan(5e-4);
  }

  /** Softmax of {@code q k / sqrt(d) + slope (j - i)}, the query standing at the last key. */
  private static double[] softmax(
      KvVector query, List<KvVector> keys, List<KvVector> values, double slope) {
    double unit = Math.scalb(1 / Math.sqrt(DIMENSION), query.exponent());
    double[] output = new double[DIMENSION];
    double sum = 0;
    for (int j = 0; j < keys.size(); j++) {
      double score = query.dot(keys.get(j)) * Math.scalb(unit, keys.get(j).exponent());
      double weight = Math.exp(score + slope * (j - (keys.size() - 1)));
      sum += weight;
      float[] value = values.get(j).dequantise();
      for (int i = 0; i < DIMENSION; i++) {
        output[i] += weight * value[i];
      }
    }
    for (int i = 0; i < DIMENSION; i++) {
      output[i] /= sum;
    }
    return output;
  }

  @Test
  void biasesAreRoundedDownAndNoneIsNone() {
    assertThat(KeySlope.NONE.bias(1_000_000)).isZero();
    assertThat(new KeySlope(4095).bias(1)).isZero();
    assertThat(new KeySlope(4096).bias(3)).isEqualTo(3);
    assertThat(KeySlope.of(1).bias(1 << 14)).isEqualTo(96_817_624L);
  }

  @Test
  void aSlopeOutsideOfItsRangeIsRefused() {
    assertThatThrownBy(() -> KeySlope.of(1.5)).hasMessage("a slope of 1.5; it is 0 to 1");
    assertThatThrownBy(() -> KeySlope.of(Double.NaN)).hasMessage("a slope of NaN; it is 0 to 1");
    assertThatThrownBy(() -> new KeySlope(-1))
        .hasMessage("a slope of -1 steps; it is 0 to 33554431");
  }
}

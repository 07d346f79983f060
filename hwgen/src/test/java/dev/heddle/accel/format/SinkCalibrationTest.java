package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SinkCalibrationTest {
  private static final int ELEMENTS = 16;
  private static final ScoreScale SCALE = ScoreScale.ofHeadDimension(ELEMENTS);

  /** Queries, keys and values of a head; the keys of some places draw attention. */
  private record Head(List<KvVector> queries, List<KvVector> keys, List<KvVector> values) {
    static Head of(int length, List<Integer> planted) {
      Random random = new Random(31);
      List<KvVector> queries = new ArrayList<>();
      List<KvVector> keys = new ArrayList<>();
      List<KvVector> values = new ArrayList<>();
      for (int i = 0; i < length; i++) {
        float[] query = gaussian(random);
        float[] key = gaussian(random);
        // All queries agree in the first place, which only sinks answer to.
        query[0] = 4;
        key[0] = planted.contains(i) ? 5 : 0;
        queries.add(KvVector.quantise(query, 0, ELEMENTS));
        keys.add(KvVector.quantise(key, 0, ELEMENTS));
        values.add(KvVector.quantise(gaussian(random), 0, ELEMENTS));
      }
      return new Head(queries, keys, values);
    }

    private static float[] gaussian(Random random) {
      float[] x = new float[ELEMENTS];
      for (int i = 0; i < ELEMENTS; i++) {
        x[i] = (float) random.nextGaussian();
      }
      return x;
    }

    /** The softmax of a row over the keys up to its own, in 64-bit floating point. */
    double[] weights(int row) {
      double[] weights = new double[row + 1];
      for (int key = 0; key <= row; key++) {
        KvVector query = queries.get(row);
        double dot =
            Math.scalb(
                (double) query.dot(keys.get(key)), query.exponent() + keys.get(key).exponent());
        weights[key] = Math.exp(dot / Math.sqrt(ELEMENTS));
      }
      double sum = Arrays.stream(weights).sum();
      return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    AttentionState state(int row, List<Integer> seen) {
      return GoldenAttention.state(
          queries.get(row),
          seen.stream().map(keys::get).toList(),
          seen.stream().map(values::get).toList(),
          SCALE);
    }

    float[] calibrated(int row, List<Integer> sinks, double beta) {
      List<Integer> all = IntStream.rangeClosed(0, row).boxed().toList();
      List<Integer> seen = sinks.stream().filter(sink -> sink <= row).toList();
      float[] output = new float[ELEMENTS];
      new SinkCalibration(beta).row(state(row, all), state(row, seen), output, 0);
      return output;
    }
  }

  @Test
  void columnsThatDrawAttentionAreSinksButForTheFirst() {
    Head head = Head.of(64, List.of(0, 9, 33));
    List<double[]> map = IntStream.range(0, 64).mapToObj(head::weights).toList();
    assertThat(SinkCalibration.sinks(map, 0.1)).containsExactly(9, 33);
    assertThat(SinkCalibration.sinks(map, 1.0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.4, 1})
  void sinksKeepAPartAndTheOthersShareTheRest(double beta) {
    List<Integer> sinks = List.of(9, 33);
    Head head = Head.of(64, List.of(0, 9, 33));
    for (int row = 0; row < 64; row++) {
      double[] weights = head.weights(row);
      double ofSinks =
          IntStream.rangeClosed(0, row)
              .filter(sinks::contains)
              .mapToDouble(key -> weights[key])
              .sum();
      double[] expected = new double[ELEMENTS];
      for (int key = 0; key <= row; key++) {
        double factor = sinks.contains(key) ? beta : (1 - beta * ofSinks) / (1 - ofSinks);
        float[] value = head.values().get(key).dequantise();
        for (int i = 0; i < ELEMENTS; i++) {
          expected[i] += factor * weights[key] * value[i];
        }
      }
      float[] actual = head.calibrated(row, sinks, beta);
      double error = 0;
      double norm = 0;
      for (int i = 0; i < ELEMENTS; i++) {
        error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
        norm += expected[i] * expected[i];
      }
      assertThat(Math.sqrt(error / norm)).as("row %d", row).isLessThanOrEqualTo(5e-4);
    }
  }

  @Test
  void theWeightsOfARowStillSumToOne() {
    Head planted = Head.of(64, List.of(0, 9, 33));
    KvVector ones = KvVector.quantise(filled(1), 0, ELEMENTS);
    Head head =
        new Head(
            planted.queries(), planted.keys(), IntStream.range(0, 64).mapToObj(i -> ones).toList());
    for (int row = 0; row < 64; row++) {
      for (float element : head.calibrated(row, List.of(9, 33), 0.4)) {
        assertThat(element).isCloseTo(1f, within(1e-6f));
      }
    }
  }

  private static float[] filled(float value) {
    float[] x = new float[ELEMENTS];
    Arrays.fill(x, value);
    return x;
  }

  @Test
  void rowsWithoutSinksAndRowsOfSinksAloneKeepTheirBits() {
    Head head = Head.of(12, List.of(9));
    for (List<Integer> sinks : List.of(List.of(11), List.of(0, 1, 2))) {
      float[] plain = new float[ELEMENTS];
      head.state(2, List.of(0, 1, 2)).normalise(plain, 0);
      assertThat(head.calibrated(2, sinks, 0.4)).isEqualTo(plain);
    }
  }

  @Test
  void statesThatAreNotOfOneRowAreRefused() {
    assertThatThrownBy(() -> new SinkCalibration(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a sink that keeps 1.5 of its weight; it is 0 to 1");
    SinkCalibration calibration = new SinkCalibration(0.4);
    AttentionState small = new AttentionState(3, -5, 1 << 19, new long[2]);
    AttentionState large = new AttentionState(4, -5, 1 << 19, new long[2]);
    assertThatThrownBy(() -> calibration.row(small, large, new float[2], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the sinks have a score or a value that is larger");
    assertThatThrownBy(() -> calibration.row(small, AttentionState.empty(3), new float[2], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("states of 2 and 3 elements are not of one row");
  }
}

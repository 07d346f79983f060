package dev.heddle.host.bringup;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.DeviceMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Finds multipliers that are wrong. A vector with one element that is not zero needs the same
 * multiplier of each lane, that of the element's place in a beat, and no other.
 */
final class MultiplierSearch {
  private final Configuration configuration;

  /** The wrong multipliers of each row of a tile. */
  private final BitSet[] wrong;

  private MultiplierSearch(Configuration configuration) {
    this.configuration = configuration;
    this.wrong = new BitSet[configuration.rows()];
    Arrays.setAll(wrong, row -> new BitSet());
  }

  /**
   * A line for each multiplier that alone is to blame for wrong results of its lane; none for lanes
   * all of whose products are wrong.
   */
  static List<String> wrong(Device device, Configuration configuration) {
    MultiplierSearch search = new MultiplierSearch(configuration);
    search.compare(device);
    return search.lines();
  }

  private void compare(Device device) {
    float[] ones = new float[configuration.rows() * WeightFormat.BLOCK];
    Arrays.fill(ones, 1);
    QuantisedMatrix weights =
        QuantisedMatrix.quantise(WeightFormat.Q8_0, ones, configuration.rows(), WeightFormat.BLOCK);
    DeviceMatrix matrix = device.upload(weights);
    for (int first = 0; first < configuration.columns(); first += configuration.maxTokens()) {
      List<X8Vector> vectors = new ArrayList<>();
      for (int i = 0; i < configuration.maxTokens(); i++) {
        vectors.add(unit((first + i) % configuration.columns()));
      }
      float[][] found = device.multiply(matrix, vectors);
      for (int i = 0; i < found.length; i++) {
        float[] expected = GoldenMatmul.multiply(weights, vectors.get(i));
        for (int row = 0; row < expected.length; row++) {
          if (Float.floatToRawIntBits(expected[row]) != Float.floatToRawIntBits(found[i][row])) {
            wrong[row].set((first + i) % configuration.columns());
          }
        }
      }
    }
  }

  private static X8Vector unit(int element) {
    float[] values = new float[WeightFormat.BLOCK];
    values[element] = 1;
    return X8Vector.quantise(values);
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < wrong.length; row++) {
      if (wrong[row].cardinality() == configuration.columns()) {
        continue;
      }
      String lane = lane(configuration, row);
      wrong[row].stream()
          .forEach(column -> lines.add("multiplier %d of %s is wrong".formatted(column, lane)));
    }
    return lines;
  }

  /** Which lane makes a row of a tile. */
  static String lane(Configuration configuration, int row) {
    return "port %d, lane %d".formatted(row / configuration.lanes(), row % configuration.lanes());
  }
}

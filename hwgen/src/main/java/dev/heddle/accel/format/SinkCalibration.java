package dev.heddle.accel.format;

import java.util.ArrayList;
import java.util.List;

/**
 * Attention whose sinks weigh less (ACT): of keys that draw attention whatever they say, each row
 * keeps a part, and what is freed goes to the other keys in proportion.
 *
 * <pre>
 *   P  = softmax of a row     P_S = sum of P over the sinks
 *   P' = beta * P                              of a sink
 *   P' = P * (1 - beta * P_S) / (1 - P_S)      of another key
 * </pre>
 *
 * The states of the row over all its keys and over its sinks alone say it all: with {@code l, acc}
 * of all and {@code l_S, acc_S} of the sinks, brought to the same units by floor shifts,
 *
 * <pre>
 *   o = (beta * acc_S / l + (l - beta * l_S) / l * (acc - acc_S) / (l - l_S)) * 2^ev
 * </pre>
 *
 * in 64-bit floating point, rounded to 32 bits. So an engine that writes states computes it with a
 * second entry of a few keys. What a row loses by the subtraction is below {@code 2^-18 / (1 -
 * P_S)} of its largest values; a row that sees nothing but sinks keeps them as they are.
 *
 * <p>Source: Attention Calibration Technique (Yu et al., ICML 2024), which takes beta 0.4 and the
 * threshold 0.1 for heads that a search over a small set of texts has found to gain by it.
 *
 * @param beta the part of its weight that a sink keeps, 0 to 1
 */
public record SinkCalibration(double beta) {
  public SinkCalibration {
    if (!(beta >= 0 && beta <= 1)) {
      throw new IllegalArgumentException(
          "a sink that keeps %s of its weight; it is 0 to 1".formatted(beta));
    }
  }

  /**
   * The sinks of a causal head: the columns whose mean over the rows that see them is above the
   * threshold, but for the first such column, which keeps its weight.
   *
   * @param map for each row the weights of the keys that it sees, from key 0 on; row i sees i + 1
   */
  public static List<Integer> sinks(List<double[]> map, double threshold) {
    List<Integer> sinks = new ArrayList<>();
    for (int column = 0; column < map.size(); column++) {
      double sum = 0;
      for (double[] row : map.subList(column, map.size())) {
        sum += row[column];
      }
      if (sum > threshold * (map.size() - column)) {
        sinks.add(column);
      }
    }
    return sinks.isEmpty() ? sinks : sinks.subList(1, sinks.size());
  }

  /**
   * Computes a row into {@code output} from {@code offset} on.
   *
   * @param all the state over all keys of the row
   * @param sinks the state over those of them that are sinks; empty where the row sees none
   * @throws IllegalArgumentException when the states are not as long as each other, or the second
   *     is none of keys that the first has
   */
  public void row(AttentionState all, AttentionState sinks, float[] output, int offset) {
    boolean sees = sinks.sum() > 0;
    if (all.length() != sinks.length()) {
      throw new IllegalArgumentException(
          "states of %d and %d elements are not of one row"
              .formatted(all.length(), sinks.length()));
    }
    if (sees && (sinks.maximum() > all.maximum() || sinks.valueExponent() > all.valueExponent())) {
      throw new IllegalArgumentException(
          "the sinks have a score or a value that is larger than any of the row; the row must have them too");
    }
    int shift = all.maximum() - sinks.maximum();
    long ofSinks = sees ? Rounding.floorShift(sinks.sum(), shift) : 0;
    long others = all.sum() - ofSinks;
    if (ofSinks == 0 || others <= 0) {
      all.normalise(output, offset);
      return;
    }
    int fold = shift + all.valueExponent() - sinks.valueExponent();
    double sinkWeight = beta / all.sum();
    double weight = (all.sum() - beta * ofSinks) / ((double) all.sum() * others);
    long[] accumulators = all.accumulators();
    long[] sinkAccumulators = sinks.accumulators();
    for (int i = 0; i < accumulators.length; i++) {
      long ofSink = Rounding.floorShift(sinkAccumulators[i], fold);
      double sum = sinkWeight * ofSink + weight * (accumulators[i] - ofSink);
      output[offset + i] = (float) Math.scalb(sum, all.valueExponent());
    }
  }
}

package dev.heddle.accel.format;

import java.util.List;

/**
 * Attention of one query row over a list of keys, bit for bit: integer scores, 20-bit powers of two
 * under the row's exact maximum, an exact sum, one normalisation.
 *
 * <pre>
 *   t_j  = score(q . k_j)                                      12 fraction bits ({@link ScoreScale})
 *   m    = ceil(max t_j)                                       an integer
 *   p_j  = min(2^20 - 1, 2^(t_j - m) * 2^20 rounded half up)   20 bits ({@link Exp2})
 *   p'_j = floor(p_j / 2^(evMax - ev_j))                       evMax: largest exponent of the values
 *   acc  = sum p'_j * v_j    l = sum p_j                       exact
 *   o    = fp32(acc) * (1 / fp32(l)) * 2^evMax                 0 when there is no key
 * </pre>
 *
 * The maximum is known before the first p, so no p depends on the order of the keys. 2^0 would need
 * one more bit and is taken as 2^20 - 1. The factor 2^evMax comes last, where it is exact unless
 * the output itself leaves the range of fp32.
 *
 * <p>Keys that are masked are not in the list; a causal row at position i has keys 0 to i. A row
 * has at most {@link #MAX_KEYS} keys and is always processed in one piece.
 *
 * <p><b>Error</b> against softmax in exact arithmetic on the same quantised vectors. Let T_j be the
 * exact scores, w_j = 2^(T_j - m) and o* the exact row, so that sum w_j*(v_j - o*) = 0. Then
 *
 * <pre>
 *   |o - o*| * sum p_j/2^20  <=  sum (w_j*a_j + 2^-20) * |v_j - o*|
 *                              + 2^-20 * 2^evMax * sum |codes of v_j|      over j with ev_j < evMax
 *   a_j = 1.2e-4 + 1.1e-5 * (max T - T_j)
 * </pre>
 *
 * plus {@code 2^-21 |o*|}. Of a_j, 8.5e-5 is the rounding of the score to 12 fraction bits, 2.3e-5
 * the unit, and the second part the multiplier's; the 2^-20 are the roundings of p and p'. For
 * values that cancel one another no more than by chance this is below 5e-4 of |o*|, for flat and
 * peaky rows of up to 16384 keys. (With 16 bits for p, long rows that have an outlier lose up to
 * 3e-3, and with 10 fraction bits in the score rows of a few keys more than 4e-4.)
 */
public final class GoldenAttention {
  /** Most keys of a row. */
  public static final int MAX_KEYS = 1 << 14;

  /** Bits of a power of two p. */
  public static final int WEIGHT_BITS = 20;

  private static final int LARGEST_WEIGHT = (1 << WEIGHT_BITS) - 1;

  private GoldenAttention() {}

  /**
   * Computes a row into {@code output} from {@code offset} on: as many elements as a value has, or
   * as the query has when there are no values.
   *
   * @param keys the keys that take part, in any order
   * @param values the values of the same tokens
   * @throws IllegalArgumentException when there are more than {@link #MAX_KEYS} keys, not as many
   *     values, keys of another length than the query, or values of different lengths
   */
  public static void row(
      KvVector query,
      List<KvVector> keys,
      List<KvVector> values,
      ScoreScale scale,
      float[] output,
      int offset) {
    requireShapes(query, keys, values);
    int count = keys.size();
    int[] scores = new int[count];
    int largestScore = Integer.MIN_VALUE;
    int maxExponent = Int8Block.MIN_EXPONENT;
    for (int j = 0; j < count; j++) {
      KvVector key = keys.get(j);
      scores[j] = scale.score(query.dot(key), query.exponent(), key.exponent());
      largestScore = Math.max(largestScore, scores[j]);
      maxExponent = Math.max(maxExponent, values.get(j).exponent());
    }
    int maximum = ceiling(largestScore);
    long[] accumulators = new long[count == 0 ? query.length() : values.get(0).length()];
    long sum = 0;
    for (int j = 0; j < count; j++) {
      KvVector value = values.get(j);
      int weight = weight(scores[j], maximum);
      sum += weight;
      long folded = Rounding.floorShift(weight, maxExponent - value.exponent());
      for (int i = 0; i < accumulators.length; i++) {
        accumulators[i] += folded * value.code(i);
      }
    }
    float unit = Math.scalb(1f, maxExponent);
    float inverse = sum == 0 ? 0f : Fp32.reciprocal(Fp32.fromAccumulator(sum, 0));
    for (int i = 0; i < accumulators.length; i++) {
      float quotient = Fp32.mul(Fp32.fromAccumulator(accumulators[i], 0), inverse);
      output[offset + i] = Fp32.mul(quotient, unit);
    }
  }

  /** The integer m of a row: its largest score rounded up. */
  public static int ceiling(int largestScore) {
    return -(-largestScore >> ScoreScale.FRACTION_BITS);
  }

  /** p: {@code 2^(score - maximum)} in steps of 2^-20, at most 2^20 - 1. */
  public static int weight(int score, int maximum) {
    int exponent = score - (maximum << ScoreScale.FRACTION_BITS);
    return Math.min(LARGEST_WEIGHT, Exp2.ofNegative(exponent, WEIGHT_BITS));
  }

  private static void requireShapes(KvVector query, List<KvVector> keys, List<KvVector> values) {
    if (keys.size() > MAX_KEYS || keys.size() != values.size()) {
      throw new IllegalArgumentException(
          "a row of %d keys and %d values; it takes as many of each, up to %d"
              .formatted(keys.size(), values.size(), MAX_KEYS));
    }
    for (int j = 0; j < keys.size(); j++) {
      if (keys.get(j).length() != query.length()
          || values.get(j).length() != values.get(0).length()) {
        throw new IllegalArgumentException(
            "key %d has %d elements and its value %d, but the query has %d and the first value %d"
                .formatted(
                    j,
                    keys.get(j).length(),
                    values.get(j).length(),
                    query.length(),
                    values.get(0).length()));
      }
    }
  }
}

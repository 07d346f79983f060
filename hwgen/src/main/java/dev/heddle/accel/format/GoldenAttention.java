package dev.heddle.accel.format;

import java.util.List;

/**
 * Attention of one query row over a list of keys, bit for bit: integer scores, 20-bit powers of two
 * under the exact maximum, an exact sum, one normalisation.
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
 * A row of more than {@value #SEGMENT} keys is cut into segments of as many, in the order of its
 * keys, the last one shorter. Each has an m, evMax, acc and l of its own; they are merged from left
 * to right by shifts ({@link AttentionState}). An engine need then keep the scores of a segment,
 * not those of a row, and the constant is part of the contract, so that all engines give equal
 * bits.
 *
 * <p>The maximum of a segment is known before its first p, so the order of the keys in a segment
 * changes nothing. 2^0 would need one more bit and is taken as 2^20 - 1. The factor 2^evMax comes
 * last, where it is exact unless the output itself leaves the range of fp32.
 *
 * <p>Keys that are masked are not in the list; a causal row at position i has keys 0 to i. A row
 * has at most {@link #MAX_KEYS} keys.
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

  /** Most keys that are taken together: those under one maximum. */
  public static final int SEGMENT = 512;

  /** Bits of a power of two p. */
  public static final int WEIGHT_BITS = 20;

  private static final int LARGEST_WEIGHT = (1 << WEIGHT_BITS) - 1;

  private GoldenAttention() {}

  /**
   * Computes a row into {@code output} from {@code offset} on: as many elements as a value has, or
   * as the query has when there are no values.
   *
   * @param keys the keys that take part
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
    state(query, keys, values, scale).normalise(output, offset);
  }

  /**
   * The state of a row over all its keys, before the division; a value without keys is as long as
   * the query.
   *
   * @throws IllegalArgumentException as {@link #row}
   */
  public static AttentionState state(
      KvVector query, List<KvVector> keys, List<KvVector> values, ScoreScale scale) {
    return state(query, keys, values, scale, ScoreModifier.NONE);
  }

  /**
   * The same with caps or biases.
   *
   * @param modifier what becomes of scores
   */
  public static AttentionState state(
      KvVector query,
      List<KvVector> keys,
      List<KvVector> values,
      ScoreScale scale,
      ScoreModifier modifier) {
    int length = values.isEmpty() ? query.length() : values.get(0).length();
    return state(AttentionState.empty(length), query, keys, values, scale, modifier);
  }

  /**
   * The same, going on from another state: that of an {@link AttentionSink} or of the keys before.
   *
   * @throws IllegalArgumentException as {@link #row}
   */
  public static AttentionState state(
      AttentionState before,
      KvVector query,
      List<KvVector> keys,
      List<KvVector> values,
      ScoreScale scale,
      ScoreModifier modifier) {
    requireShapes(query, keys, values);
    AttentionState state = before;
    for (int from = 0; from < keys.size(); from += SEGMENT) {
      int start = from;
      int to = Math.min(keys.size(), from + SEGMENT);
      state =
          state.merge(
              AttentionState.of(
                  query,
                  keys.subList(from, to),
                  values.subList(from, to),
                  scale,
                  (score, key) -> modifier.modified(score, start + key)));
    }
    return state;
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

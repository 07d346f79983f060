package dev.heddle.accel.format;

import java.util.List;

/**
 * The smallest and the largest element of a block of keys in each place, as codes with one
 * exponent.
 *
 * <pre>
 *   E    = largest exponent of the keys
 *   low  = min over the keys of floor(code / 2^(E - exponent))
 *   high = max over the keys of ceil(code / 2^(E - exponent))
 *   gate = fp32(sum of max(q * low, q * high) * 2^(E + exponent of q))
 * </pre>
 *
 * The gate is no smaller than the product of the query and any key of the block.
 *
 * <p>Source: Quest, "Query-Aware Sparsity for Efficient Long-Context LLM Inference" (Tang et al.,
 * ICML 2024).
 */
public final class KeyBounds implements KeySummary {
  private final int[] low;
  private final int[] high;
  private final int exponent;

  /**
   * The bounds of keys.
   *
   * @param keys one or more, all of one length
   */
  public KeyBounds(List<KvVector> keys) {
    exponent = keys.stream().mapToInt(KvVector::exponent).max().orElseThrow();
    low = new int[keys.get(0).length()];
    high = new int[low.length];
    for (int i = 0; i < low.length; i++) {
      low[i] = Integer.MAX_VALUE;
      high[i] = Integer.MIN_VALUE;
      for (KvVector key : keys) {
        int shift = exponent - key.exponent();
        low[i] = Math.min(low[i], (int) Rounding.floorShift(key.code(i), shift));
        high[i] = Math.max(high[i], (int) -Rounding.floorShift(-key.code(i), shift));
      }
    }
  }

  @Override
  public float gate(KvVector query) {
    BlockRouting.requireLength(query, low.length);
    long bound = 0;
    for (int i = 0; i < low.length; i++) {
      bound += Math.max(query.code(i) * low[i], query.code(i) * high[i]);
    }
    return Fp32.fromAccumulator(bound, exponent + query.exponent());
  }
}

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
 *   gate = fp32((negative . low + positive . high) * 2^(E + exponent of the queries))
 * </pre>
 *
 * The queries are a {@link QueryGroup}. For one query the gate is the sum of {@code max(q * low, q
 * * high)}, so it is no smaller than the product of the query and any key of the block.
 *
 * <p>Source: Quest, "Query-Aware Sparsity for Efficient Long-Context LLM Inference" (Tang et al.,
 * ICML 2024).
 */
public final class KeyBounds implements KeySummary {
  private final byte[] low;
  private final byte[] high;
  private final int exponent;

  /**
   * The bounds of keys.
   *
   * @param keys one or more, all of one length
   */
  public KeyBounds(List<KvVector> keys) {
    exponent = keys.stream().mapToInt(KvVector::exponent).max().orElseThrow();
    low = new byte[keys.get(0).length()];
    high = new byte[low.length];
    for (int i = 0; i < low.length; i++) {
      long least = Byte.MAX_VALUE;
      long greatest = Byte.MIN_VALUE;
      for (KvVector key : keys) {
        int shift = exponent - key.exponent();
        least = Math.min(least, Rounding.floorShift(key.code(i), shift));
        greatest = Math.max(greatest, -Rounding.floorShift(-key.code(i), shift));
      }
      low[i] = (byte) least;
      high[i] = (byte) greatest;
    }
  }

  /** The bounds whose bytes are known, which are not copied. */
  KeyBounds(byte[] low, byte[] high, int exponent) {
    this.low = low;
    this.high = high;
    this.exponent = exponent;
  }

  @Override
  public int length() {
    return low.length;
  }

  @Override
  public byte low(int element) {
    return low[element];
  }

  @Override
  public byte high(int element) {
    return high[element];
  }

  @Override
  public int exponent() {
    return exponent;
  }

  @Override
  public float gate(QueryGroup queries) {
    queries.requireLength(low.length);
    long bound = 0;
    for (int i = 0; i < low.length; i++) {
      bound += (long) queries.negative(i) * low[i] + (long) queries.positive(i) * high[i];
    }
    return Fp32.fromAccumulator(bound, exponent + queries.exponent());
  }
}

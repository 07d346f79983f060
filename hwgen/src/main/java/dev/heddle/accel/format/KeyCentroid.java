package dev.heddle.accel.format;

import java.util.List;

/**
 * The mean of a block of keys, 16 bits an element, with one exponent.
 *
 * <pre>
 *   E    = largest exponent of the keys
 *   s    = sum over the keys of floor(code * 2^8 / 2^(E - exponent))     an integer an element
 *   c    = s / keys, rounded half up                                    16 bits
 *   gate = fp32((negative + positive) . c * 2^(E - 8 + exponent of the queries))
 * </pre>
 *
 * The eight bits behind the codes keep what a mean of many keys would lose in 8 bits. The queries
 * are a {@link QueryGroup}.
 *
 * <p>Source: MoBA, "Mixture of Block Attention for Long-Context LLMs" (Lu et al., 2025).
 */
public final class KeyCentroid implements KeySummary {
  /** Bits behind those of the codes of the key with the largest exponent. */
  public static final int FRACTION_BITS = QueryGroup.FRACTION_BITS;

  private final int[] elements;
  private final int exponent;

  /**
   * The mean of keys.
   *
   * @param keys as many as a power of two, all of one length
   */
  public KeyCentroid(List<KvVector> keys) {
    exponent = keys.stream().mapToInt(KvVector::exponent).max().orElseThrow();
    elements = new int[keys.get(0).length()];
    int keyBits = Integer.numberOfTrailingZeros(keys.size());
    for (int i = 0; i < elements.length; i++) {
      long sum = 0;
      for (KvVector key : keys) {
        sum += QueryGroup.aligned(key.code(i), exponent - key.exponent());
      }
      elements[i] = (int) Rounding.halfUpShift(sum, keyBits);
    }
  }

  /** The mean whose bytes are known. */
  KeyCentroid(byte[] low, byte[] high, int exponent) {
    this.exponent = exponent;
    elements = new int[low.length];
    for (int i = 0; i < low.length; i++) {
      elements[i] = high[i] << Byte.SIZE | Byte.toUnsignedInt(low[i]);
    }
  }

  /** An element in units of {@code 2^(exponent - 8)}. */
  int element(int i) {
    return elements[i];
  }

  @Override
  public int length() {
    return elements.length;
  }

  @Override
  public byte low(int element) {
    return (byte) elements[element];
  }

  @Override
  public byte high(int element) {
    return (byte) (elements[element] >> Byte.SIZE);
  }

  @Override
  public int exponent() {
    return exponent;
  }

  @Override
  public float gate(QueryGroup queries) {
    queries.requireLength(elements.length);
    long dot = 0;
    for (int i = 0; i < elements.length; i++) {
      dot += ((long) queries.negative(i) + queries.positive(i)) * elements[i];
    }
    return Fp32.fromAccumulator(dot, exponent - FRACTION_BITS + queries.exponent());
  }
}

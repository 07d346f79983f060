package dev.heddle.accel.format;

import java.util.List;

/**
 * The mean of a block of keys, 16 bits an element, with one exponent.
 *
 * <pre>
 *   E    = largest exponent of the keys
 *   s    = sum over the keys of floor(code * 2^8 / 2^(E - exponent))     an integer an element
 *   c    = s / keys, rounded half up                                    16 bits
 *   gate = fp32(q . c * 2^(E - 8 + exponent of q))
 * </pre>
 *
 * The eight bits behind the codes keep what a mean of many keys would lose in 8 bits.
 *
 * <p>Source: MoBA, "Mixture of Block Attention for Long-Context LLMs" (Lu et al., 2025).
 */
public final class KeyCentroid implements KeySummary {
  private static final int FRACTION_BITS = 8;

  private final int[] elements;
  private final int exponent;

  /**
   * The mean of keys.
   *
   * @param keys as many as a power of two, all of one length
   */
  public KeyCentroid(List<KvVector> keys) {
    int largest = keys.stream().mapToInt(KvVector::exponent).max().orElseThrow();
    exponent = largest - FRACTION_BITS;
    elements = new int[keys.get(0).length()];
    int keyBits = Integer.numberOfTrailingZeros(keys.size());
    for (int i = 0; i < elements.length; i++) {
      long sum = 0;
      for (KvVector key : keys) {
        sum += Rounding.floorShift(key.code(i), largest - key.exponent() - FRACTION_BITS);
      }
      elements[i] = (int) Rounding.halfUpShift(sum, keyBits);
    }
  }

  /** An element in units of {@code 2^exponent}. */
  int element(int i) {
    return elements[i];
  }

  /** The common exponent. */
  int exponent() {
    return exponent;
  }

  @Override
  public float gate(KvVector query) {
    BlockRouting.requireLength(query, elements.length);
    long dot = 0;
    for (int i = 0; i < elements.length; i++) {
      dot += (long) query.code(i) * elements[i];
    }
    return Fp32.fromAccumulator(dot, exponent + query.exponent());
  }
}

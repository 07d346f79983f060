package dev.heddle.accel.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Attention of a query row over some of its keys, before it is divided: what has to be kept to go
 * on with others.
 *
 * <pre>
 *   m    integer at least as large as every score
 *   ev   largest exponent of the values
 *   l    sum of the powers of two 2^(t_j - m), in steps of 2^-20
 *   acc  for each element the sum of the powers times the values, in steps of 2^(ev - 20)
 * </pre>
 *
 * States of parts of a row are merged by shifts, the parts from left to right:
 *
 * <pre>
 *   M = max m    E = max ev
 *   l   = sum of floor(l / 2^(M - m))
 *   acc = sum of floor(acc / 2^(M - m + E - ev))
 * </pre>
 *
 * <p>A state without keys has {@code l = 0}, one with keys never: the largest power of two is at
 * least 2^19.
 */
public final class AttentionState {
  /** Words of 32 bits in memory for each element. */
  private static final int WORDS = 3;

  private final int maximum;
  private final int valueExponent;
  private final long sum;
  private final long[] accumulators;

  /**
   * A state.
   *
   * @param maximum m
   * @param valueExponent ev
   * @param sum l, not negative
   * @param accumulators acc, one for each element of a value
   */
  public AttentionState(int maximum, int valueExponent, long sum, long[] accumulators) {
    if (sum < 0) {
      throw new IllegalArgumentException(
          "the sum of powers of two is %d; it is never negative".formatted(sum));
    }
    this.maximum = maximum;
    this.valueExponent = valueExponent;
    this.sum = sum;
    this.accumulators = accumulators.clone();
  }

  /** The state before the first key of a row whose values have {@code length} elements. */
  public static AttentionState empty(int length) {
    return new AttentionState(0, Int8Block.MIN_EXPONENT, 0, new long[length]);
  }

  /**
   * The state of a row over keys that are taken together, at least one, and their values.
   *
   * @param modifier what becomes of scores
   */
  static AttentionState of(
      KvVector query,
      List<KvVector> keys,
      List<KvVector> values,
      ScoreScale scale,
      ScoreModifier modifier) {
    int[] scores = new int[keys.size()];
    int largestScore = Integer.MIN_VALUE;
    int maxExponent = Int8Block.MIN_EXPONENT;
    for (int j = 0; j < scores.length; j++) {
      KvVector key = keys.get(j);
      int score = scale.score(query.dot(key), query.exponent(), key.exponent());
      scores[j] = ScoreScale.saturated(modifier.modified(score, j));
      largestScore = Math.max(largestScore, scores[j]);
      maxExponent = Math.max(maxExponent, values.get(j).exponent());
    }
    int maximum = GoldenAttention.ceiling(largestScore);
    long[] accumulators = new long[values.get(0).length()];
    long sum = 0;
    for (int j = 0; j < scores.length; j++) {
      KvVector value = values.get(j);
      int weight = GoldenAttention.weight(scores[j], maximum);
      sum += weight;
      long folded = Rounding.floorShift(weight, maxExponent - value.exponent());
      for (int i = 0; i < accumulators.length; i++) {
        accumulators[i] += folded * value.code(i);
      }
    }
    return new AttentionState(maximum, maxExponent, sum, accumulators);
  }

  /**
   * This state and that of the keys behind.
   *
   * @throws IllegalArgumentException when the other has not as many elements
   */
  public AttentionState merge(AttentionState later) {
    if (later.accumulators.length != accumulators.length) {
      throw new IllegalArgumentException(
          "states of %d and %d elements are not of one row"
              .formatted(accumulators.length, later.accumulators.length));
    }
    if (sum == 0 || later.sum == 0) {
      return sum == 0 ? later : this;
    }
    int largest = Math.max(maximum, later.maximum);
    int exponent = Math.max(valueExponent, later.valueExponent);
    int shift = largest - maximum;
    int laterShift = largest - later.maximum;
    int fold = exponent - valueExponent;
    int laterFold = exponent - later.valueExponent;
    long[] merged = new long[accumulators.length];
    for (int i = 0; i < merged.length; i++) {
      merged[i] =
          Rounding.floorShift(accumulators[i], shift + fold)
              + Rounding.floorShift(later.accumulators[i], laterShift + laterFold);
    }
    long sums = Rounding.floorShift(sum, shift) + Rounding.floorShift(later.sum, laterShift);
    return new AttentionState(largest, exponent, sums, merged);
  }

  /** Divides by l: the elements of the row from {@code offset} on, zeros when there is no key. */
  public void normalise(float[] output, int offset) {
    float unit = Math.scalb(1f, valueExponent);
    float inverse = sum == 0 ? 0f : Fp32.reciprocal(Fp32.fromAccumulator(sum, 0));
    for (int i = 0; i < accumulators.length; i++) {
      float quotient = Fp32.mul(Fp32.fromAccumulator(accumulators[i], 0), inverse);
      output[offset + i] = Fp32.mul(quotient, unit);
    }
  }

  /** Bytes of a state in memory whose values have {@code length} elements. */
  public static int bytes(int length) {
    return WORDS * Integer.BYTES * length;
  }

  /**
   * Writes {@link #bytes} bytes, words of 32 bits with the low byte first.
   *
   * <pre>
   *   low halves of acc | high halves of acc | m, ev, low half of l, high half of l, 0, 0, ...
   * </pre>
   */
  public void encode(ByteBuffer memory, int start) {
    ByteBuffer words = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int third = bytes(accumulators.length) / WORDS;
    for (int i = 0; i < accumulators.length; i++) {
      int place = start + i * Integer.BYTES;
      words.putInt(place, (int) accumulators[i]);
      words.putInt(place + third, (int) (accumulators[i] >> Integer.SIZE));
      words.putInt(place + 2 * third, 0);
    }
    int rest = start + 2 * third;
    words.putInt(rest, maximum);
    words.putInt(rest + Integer.BYTES, valueExponent);
    words.putLong(rest + 2 * Integer.BYTES, sum);
  }

  /**
   * Reads what {@link #encode} or an engine has written.
   *
   * @param length elements of a value, at least 4
   */
  public static AttentionState decode(ByteBuffer memory, int start, int length) {
    ByteBuffer words = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int third = bytes(length) / WORDS;
    long[] accumulators = new long[length];
    for (int i = 0; i < length; i++) {
      int place = start + i * Integer.BYTES;
      long high = words.getInt(place + third);
      accumulators[i] = high << Integer.SIZE | Integer.toUnsignedLong(words.getInt(place));
    }
    int rest = start + 2 * third;
    return new AttentionState(
        words.getInt(rest),
        words.getInt(rest + Integer.BYTES),
        words.getLong(rest + 2 * Integer.BYTES),
        accumulators);
  }

  /** Elements of a value. */
  public int length() {
    return accumulators.length;
  }

  /** m: an integer at least as large as every score. */
  public int maximum() {
    return maximum;
  }

  /** ev: the largest exponent of the values. */
  public int valueExponent() {
    return valueExponent;
  }

  /** l: the sum of the powers of two. */
  public long sum() {
    return sum;
  }

  /** acc: for each element the sum of powers times values. */
  public long[] accumulators() {
    return accumulators.clone();
  }
}

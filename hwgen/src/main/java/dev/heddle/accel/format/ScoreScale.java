package dev.heddle.accel.format;

/**
 * The factor from an integer dot product of query and key codes to a power of two: softmax scale
 * times log2(e), as a 16-bit multiplier and an exponent.
 *
 * <pre>
 *   softmaxScale * log2(e) ~ multiplier * 2^exponent           multiplier 2^15 .. 2^16 - 1, to nearest
 *   s = -(exponent + 12 + eq + ek)
 *   score = round_half_up(dot * multiplier / 2^s)              12 fraction bits
 * </pre>
 *
 * saturated to 28 bits, {@code -2^27 .. 2^27 - 1}: powers from -32768 to just below 32768. The
 * multiplier depends on the head alone; each key brings its exponent ek into the shift. The
 * multiplier is off by at most 2^-16, relative.
 *
 * @param multiplier M, 32768 to 65535
 * @param exponent power of two that goes with it
 */
public record ScoreScale(int multiplier, int exponent) {
  /** Bits of the multiplier. */
  public static final int MULTIPLIER_BITS = 16;

  /** Bits after the binary point of a score, those that the {@link Exp2} unit takes. */
  public static final int FRACTION_BITS = Exp2.FRACTION_BITS;

  /** Bits of a score: 16 integer bits with the sign, and the fraction. */
  public static final int SCORE_BITS = 16 + FRACTION_BITS;

  /** What turns natural units into powers of two. */
  static final double LOG2_E = 1.4426950408889634;

  private static final int LARGEST = (1 << (SCORE_BITS - 1)) - 1;

  /** Where even the smallest multiplier saturates; a larger left shift makes no difference. */
  public static final int LARGEST_LEFT_SHIFT = SCORE_BITS - MULTIPLIER_BITS + 1;

  public ScoreScale {
    if (multiplier >> (MULTIPLIER_BITS - 1) != 1) {
      throw new IllegalArgumentException(
          "the multiplier is %d; it must be 32768 to 65535".formatted(multiplier));
    }
  }

  /** The scale for softmax over {@code softmaxScale * (q . k)}. */
  public static ScoreScale of(double softmaxScale) {
    double factor = softmaxScale * LOG2_E;
    if (!(factor >= 0x1p-100 && factor <= 0x1p100)) {
      throw new IllegalArgumentException(
          "the softmax scale is %s; it must be a positive number".formatted(softmaxScale));
    }
    int exponent = Math.getExponent(factor) - (MULTIPLIER_BITS - 1);
    int multiplier = (int) Math.rint(Math.scalb(factor, -exponent));
    return multiplier == 1 << MULTIPLIER_BITS
        ? new ScoreScale(multiplier / 2, exponent + 1)
        : new ScoreScale(multiplier, exponent);
  }

  /** The usual scale, {@code 1 / sqrt(headDimension)}. */
  public static ScoreScale ofHeadDimension(int headDimension) {
    return of(1 / Math.sqrt(headDimension));
  }

  /** The right shift s for a query and a key exponent; negative for a left shift. */
  public int shift(int queryExponent, int keyExponent) {
    return -(exponent + FRACTION_BITS + queryExponent + keyExponent);
  }

  /** The score of a dot product of codes, fixed point with 12 fraction bits. */
  public int score(int dot, int queryExponent, int keyExponent) {
    int shift = Math.max(shift(queryExponent, keyExponent), -LARGEST_LEFT_SHIFT);
    return saturated(Rounding.halfUpShift((long) dot * multiplier, shift));
  }

  /** A score within its bits. */
  public static int saturated(long score) {
    return (int) Math.max(-LARGEST - 1, Math.min(LARGEST, score));
  }
}

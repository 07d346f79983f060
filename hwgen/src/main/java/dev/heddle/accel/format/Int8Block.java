package dev.heddle.accel.format;

/**
 * The number format of activations, keys and values: signed 8-bit codes that share one exponent,
 * {@code value = code * 2^exponent}.
 *
 * <p>{@code exponent = max(floor(log2(max|x|)) - 6, -126)}, so that the largest code lies in 64 ..
 * 127; {@code code = x * 2^-exponent} rounded to nearest, ties to even, and clamped to +-127. A
 * block of zeros has the smallest exponent. An element is off by at most {@code 2^(exponent-1)},
 * and by less than {@code 2^exponent} where the clamp acts.
 *
 * <p>The smallest exponent is -126 because then every {@code code * 2^exponent} is a normal fp32
 * number or zero; only blocks with {@code max|x| < 2^-120} are coarser for it.
 *
 * <p>Source: the element layout of OCP Microscaling MXINT8, with the exponent of the integer code.
 */
public final class Int8Block {
  /** Binary exponent of the largest code of a block, 64 to 127. */
  private static final int TOP_CODE_EXPONENT = 6;

  /** The largest magnitude of a code; -128 does not occur. */
  public static final int MAX_CODE = 127;

  /** The smallest exponent, that of a block of zeros. */
  public static final int MIN_EXPONENT = Float.MIN_EXPONENT;

  /** The largest exponent that a finite fp32 number leads to. */
  public static final int MAX_EXPONENT = Float.MAX_EXPONENT - TOP_CODE_EXPONENT;

  private Int8Block() {}

  /**
   * Quantises {@code values[from .. to)} into codes from {@code codes[at]} on.
   *
   * @return the exponent
   * @throws IllegalArgumentException when a value is infinite or NaN
   */
  public static int quantise(float[] values, int from, int to, byte[] codes, int at) {
    float largest = 0f;
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "element %d is %s and cannot be quantised".formatted(i, values[i]));
      }
      largest = Math.max(largest, Math.abs(values[i]));
    }
    int exponent = Math.max(Math.getExponent(largest) - TOP_CODE_EXPONENT, MIN_EXPONENT);
    double scale = Math.scalb(1.0, -exponent);
    for (int i = from; i < to; i++) {
      int code = (int) Math.rint(Fp32.flush(values[i]) * scale);
      codes[at + i - from] = (byte) Math.max(-MAX_CODE, Math.min(MAX_CODE, code));
    }
    return exponent;
  }

  /** {@code code * 2^exponent}, exact. */
  public static float value(byte code, int exponent) {
    return Math.scalb((float) code, exponent);
  }

  static void requireCodes(byte[] codes) {
    for (int i = 0; i < codes.length; i++) {
      if (codes[i] < -MAX_CODE) {
        throw new IllegalArgumentException(
            "code %d is %d, outside [-127, 127]".formatted(i, codes[i]));
      }
    }
  }

  static void requireExponent(int exponent) {
    if (exponent < MIN_EXPONENT || exponent > MAX_EXPONENT) {
      throw new IllegalArgumentException(
          "the exponent is %d, outside [%d, %d]".formatted(exponent, MIN_EXPONENT, MAX_EXPONENT));
    }
  }
}

package dev.heddle.accel.format;

/**
 * The 32-bit floating point of the hardware: IEEE 754 binary32, round to nearest with ties to even,
 * without subnormal numbers, infinities and NaN.
 *
 * <ul>
 *   <li>A subnormal operand counts as zero of the same sign, and a result that is subnormal after
 *       its rounding becomes zero of the same sign.
 *   <li>A result above the largest finite value becomes the largest finite value of the same sign.
 *   <li>There is no fused multiply-add: every operation rounds once.
 * </ul>
 *
 * A NaN can come only from an operand that is itself infinite or NaN, which valid data never is; it
 * raises an {@link ArithmeticException}.
 */
public final class Fp32 {
  /** Bits of a significand, with the leading one. */
  public static final int SIGNIFICAND_BITS = 24;

  private Fp32() {}

  /** {@code x}, or zero of the same sign when {@code x} is subnormal. */
  public static float flush(float x) {
    return Math.abs(x) < Float.MIN_NORMAL ? Math.copySign(0f, x) : x;
  }

  /** {@code a + b}. */
  public static float add(float a, float b) {
    return settle(flush(a) + flush(b));
  }

  /** {@code a * b}. */
  public static float mul(float a, float b) {
    return settle(flush(a) * flush(b));
  }

  /**
   * {@code 1 / x}, correctly rounded. Zero gives the largest finite value of the same sign, the
   * saturated result.
   */
  public static float reciprocal(float x) {
    return settle(1f / flush(x));
  }

  /**
   * {@code 1 / sqrt(x)}, correctly rounded. Zero gives the largest finite value.
   *
   * @throws ArithmeticException when {@code x} is negative
   */
  public static float reciprocalSquareRoot(float x) {
    float operand = flush(x);
    if (operand == 0f) {
      return Float.MAX_VALUE;
    }
    if (operand < 0f) {
      throw new ArithmeticException("square root of the negative number " + x);
    }
    double estimate = 1.0 / Math.sqrt(operand);
    // The estimate is off by at most two roundings of 2^-53; only near the midpoint of two floats
    // can that matter, and there the side is found exactly.
    float below = (float) (estimate * (1 - 0x1p-50));
    float above = (float) (estimate * (1 + 0x1p-50));
    if (below == above) {
      return below;
    }
    // 25 bits squared are 50 bits, exact; the fused multiply-add then has the exact sign. It is
    // never zero: a midpoint has 25 bits, so its squared reciprocal has more than 24.
    double midpoint = ((double) below + above) / 2;
    return Math.fma(midpoint * midpoint, operand, -1.0) > 0 ? below : above;
  }

  /**
   * {@code accumulator * 2^exponent} as an fp32: the integer is rounded to 24 significant bits
   * (nearest, ties to even), then scaled. A result whose exponent is above 127 saturates to the
   * largest finite value ({@link #fromAccumulatorSaturates} tells); one below the smallest normal
   * number after the rounding becomes zero of the same sign.
   */
  public static float fromAccumulator(long accumulator, int exponent) {
    float rounded = (float) accumulator;
    if (rounded == 0f) {
      return 0f;
    }
    long resultExponent = (long) Math.getExponent(rounded) + exponent;
    if (resultExponent > Float.MAX_EXPONENT) {
      return Math.copySign(Float.MAX_VALUE, rounded);
    }
    if (resultExponent < Float.MIN_EXPONENT) {
      return Math.copySign(0f, rounded);
    }
    return Math.scalb(rounded, exponent);
  }

  /**
   * Whether {@link #fromAccumulator} saturates: what sets the sticky status bit of the hardware.
   */
  public static boolean fromAccumulatorSaturates(long accumulator, int exponent) {
    float rounded = (float) accumulator;
    return rounded != 0f && (long) Math.getExponent(rounded) + exponent > Float.MAX_EXPONENT;
  }

  private static float settle(float result) {
    float magnitude = Math.abs(result);
    if (magnitude <= Float.MAX_VALUE) {
      return flush(result);
    }
    if (Float.isNaN(result)) {
      throw new ArithmeticException("NaN: an operand was infinite or NaN");
    }
    return Math.copySign(Float.MAX_VALUE, result);
  }
}

package dev.heddle.accel.format;

/**
 * The power-of-two unit of softmax, sigmoid and what is built on them: {@code 2^f} for a fraction f
 * of 12 bits, by a table of 64 entries and linear interpolation.
 *
 * <pre>
 *   f = i * 64 + r      (0 .. 4095 for 0 .. 1)          i = 0 .. 63     r = 0 .. 63
 *   2^(f/4096) * 2^22 = base(i) * 64 + slope(i) * r     nothing is rounded
 * </pre>
 *
 * {@code base(i)} is {@code 2^(i/64) * 2^16} rounded to nearest, 17 bits of which the first is
 * always one; {@code slope(i) = base(i+1) - base(i)}, 11 bits. The result has 23 bits, {@code 2^22}
 * to {@code 2^23 - 1}, increases strictly with f and is off by at most {@link #MAX_RELATIVE_ERROR}.
 */
public final class Exp2 {
  /** Bits of the fraction that the unit takes. */
  public static final int FRACTION_BITS = 12;

  /** Bits of the fraction that select a table entry. */
  public static final int TABLE_BITS = 6;

  /** Bits after the binary point of a table entry. */
  public static final int BASE_BITS = 16;

  /** Bits after the binary point of the result. */
  public static final int RESULT_BITS = BASE_BITS + FRACTION_BITS - TABLE_BITS;

  /** Bound on the error of the result, relative to {@code 2^f}. */
  public static final double MAX_RELATIVE_ERROR = 2.3e-5;

  private static final int STEP_BITS = FRACTION_BITS - TABLE_BITS;
  private static final int[] BASE = new int[(1 << TABLE_BITS) + 1];

  static {
    for (int i = 0; i < BASE.length; i++) {
      double exact = StrictMath.pow(2, (double) i / (1 << TABLE_BITS));
      BASE[i] = (int) StrictMath.rint(Math.scalb(exact, BASE_BITS));
    }
  }

  private Exp2() {}

  /** The table's value at the start of a segment, in steps of 2^-16. */
  public static int base(int segment) {
    return BASE[segment];
  }

  /** The rise of the table over a segment, in steps of 2^-16. */
  public static int slope(int segment) {
    return BASE[segment + 1] - BASE[segment];
  }

  /**
   * {@code 2^(fraction / 4096)} in steps of 2^-22.
   *
   * @param fraction 0 to 4095
   */
  public static int of(int fraction) {
    int segment = fraction >> STEP_BITS;
    int rest = fraction & ((1 << STEP_BITS) - 1);
    return (base(segment) << STEP_BITS) + slope(segment) * rest;
  }

  /**
   * {@code 2^(exponent / 4096)} in steps of {@code 2^-resultBits}, rounded half up: the unit
   * followed by the shift by the integer part.
   *
   * @param exponent a fixed-point number with 12 fraction bits, at most 0
   * @param resultBits bits after the binary point of the result, at most 22
   */
  public static int ofNegative(int exponent, int resultBits) {
    int fraction = exponent & ((1 << FRACTION_BITS) - 1);
    int shift = RESULT_BITS - resultBits - (exponent >> FRACTION_BITS);
    return (int) Rounding.halfUpShift(of(fraction), shift);
  }
}

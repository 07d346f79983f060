package dev.heddle.accel.format;

/**
 * The hyperbolic tangent of {@code 0 <= x < 8}, by a table of 256 segments and quadratic
 * interpolation.
 *
 * <pre>
 *   x = (i * 2^17 + r) / 2^22                                  i = 0 .. 255, r = 0 .. 2^17 - 1
 *   rate           = rise(i) * 2^10 + bend(i) * (2^17 - r) / 2^7     rounded down
 *   tanh(x) * 2^22 = base(i) + r * rate / 2^27                    rounded down
 * </pre>
 *
 * {@code base(i)} is {@code tanh(i/32) * 2^22} rounded to nearest, 22 bits; {@code rise(i) =
 * base(i+1) - base(i)}, 17 bits; {@code bend(i)}, 11 bits, is what the middle of the segment lies
 * above its chord, times 4. So the curve passes through its nodes and never falls; {@code tanh(0)}
 * is 0, and all of {@code x >= 8} may be taken as the last x. It is off by at most {@link
 * #MAX_ERROR}.
 */
public final class Tanh {
  /** Bits after the binary point of the argument. */
  public static final int FRACTION_BITS = 22;

  /** Bits of the argument. */
  public static final int ARGUMENT_BITS = FRACTION_BITS + 3;

  /** Bits of the argument that select a table entry, the upper ones. */
  public static final int TABLE_BITS = 8;

  /** Bits of the argument within a segment. */
  public static final int REST_BITS = ARGUMENT_BITS - TABLE_BITS;

  /** Bits of the result, all of them after the binary point. */
  public static final int RESULT_BITS = 22;

  /** Bits of a rise. */
  public static final int RISE_BITS = 17;

  /** Bits of a bend. */
  public static final int BEND_BITS = 11;

  /** Bits that the rate has behind those of a rise. */
  public static final int RATE_BITS = 10;

  /** Bound on the error of the result, for the exact tangent of the argument. */
  public static final double MAX_ERROR = 8e-7;

  private static final int SEGMENTS = 1 << TABLE_BITS;

  /** Where a segment rises by less, a rate rounded down could make the curve fall. */
  private static final int LEAST_BENT_RISE = 1 << (REST_BITS - RATE_BITS);

  private static final int[] BASE = new int[SEGMENTS + 1];
  private static final int[] BEND = new int[SEGMENTS];

  static {
    double segment = Math.scalb(1.0, REST_BITS - FRACTION_BITS);
    for (int i = 0; i <= SEGMENTS; i++) {
      BASE[i] = (int) StrictMath.rint(exact(i * segment));
    }
    for (int i = 0; i < SEGMENTS; i++) {
      double chord = (BASE[i] + BASE[i + 1]) / 2.0;
      int above = (int) StrictMath.rint(4 * (exact((i + 0.5) * segment) - chord));
      BEND[i] = rise(i) < LEAST_BENT_RISE ? 0 : above;
    }
  }

  private Tanh() {}

  private static double exact(double x) {
    return Math.scalb(StrictMath.tanh(x), RESULT_BITS);
  }

  /** The curve at the start of a segment, in steps of 2^-22. */
  public static int base(int segment) {
    return BASE[segment];
  }

  /** What it rises over a segment. */
  public static int rise(int segment) {
    return BASE[segment + 1] - BASE[segment];
  }

  /** Four times what its middle lies above the chord. */
  public static int bend(int segment) {
    return BEND[segment];
  }

  /**
   * {@code tanh(argument / 2^22)} in steps of 2^-22.
   *
   * @param argument 0 to {@code 2^25 - 1}
   */
  public static int of(int argument) {
    int segment = argument >> REST_BITS;
    int rest = argument & ((1 << REST_BITS) - 1);
    long bend = (long) bend(segment) * ((1 << REST_BITS) - rest) >> (REST_BITS - RATE_BITS);
    long rate = ((long) rise(segment) << RATE_BITS) + bend;
    return base(segment) + (int) (rest * rate >> (REST_BITS + RATE_BITS));
  }
}

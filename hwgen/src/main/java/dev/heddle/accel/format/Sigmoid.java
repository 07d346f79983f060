package dev.heddle.accel.format;

/**
 * The logistic function {@code 1 / (1 + e^-x)} through the {@link Exp2} unit.
 *
 * <pre>
 *   z = floor(|x| * 4096*log2(e) + 1/2), at most 2^17      12 fraction bits; the product is an fp32
 *   u = 2^-z in steps of 2^-22, rounded half up            e^-|x|
 *   r = 1 / (1 + u)                                        correctly rounded reciprocal
 *   x >= 0: r        x < 0: u * r
 * </pre>
 *
 * Absolute error at most {@link #MAX_ERROR}: a quarter of the error of u, which is the rounding of
 * z (2^-13 ln 2, relative) and that of the unit.
 */
public final class Sigmoid {
  /** Bound on the absolute error. */
  public static final double MAX_ERROR = 3e-5;

  /** Factor from x to a power of two in fixed point. */
  private static final float SCALE = (float) ((1 << Exp2.FRACTION_BITS) / 0.6931471805599453);

  /** 32, whose power is less than half a step of u. */
  private static final int LARGEST = 32 << Exp2.FRACTION_BITS;

  private Sigmoid() {}

  /** {@code 1 / (1 + e^-x)}. */
  public static float of(float x) {
    double scaled = Fp32.mul(Math.abs(x), SCALE);
    int z = (int) Math.min(Math.floor(scaled + 0.5), LARGEST);
    int u = Exp2.ofNegative(-z, Exp2.RESULT_BITS);
    float r =
        Fp32.reciprocal(Fp32.fromAccumulator((1L << Exp2.RESULT_BITS) + u, -Exp2.RESULT_BITS));
    return x < 0 ? Fp32.mul(Fp32.fromAccumulator(u, -Exp2.RESULT_BITS), r) : r;
  }
}

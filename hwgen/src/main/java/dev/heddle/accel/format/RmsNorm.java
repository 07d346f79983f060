package dev.heddle.accel.format;

/**
 * Root-mean-square normalisation, {@code y = x / sqrt(mean(x^2) + epsilon) * weight}, with an exact
 * sum of squares.
 *
 * <pre>
 *   E   = floor(log2(max|x|))
 *   a_i = floor(|x_i| * 2^(23-E) + 1/2)       24-bit aligned significands, one rounding each
 *   Q   = sum of a_i^2                        exact; 63 bits for up to 32768 elements
 *   s   = fp32(Q) * 2^(2(E-23))               one rounding
 *   r   = 1/sqrt(s * fp32(1/n) + epsilon)     fp32 product, sum and reciprocal square root
 *   y_i = (x_i * r) * weight_i                two fp32 products
 * </pre>
 *
 * <p>The order of the elements does not matter. Relative error of a y: at most {@code (6 + sqrt(n))
 * * 2^-24} wherever no step saturates or is flushed, as for max|x| from 2^-50 to 2^50: the
 * alignment changes Q by at most {@code sqrt(n) * 2^-23} of it, which the root halves, and the
 * other roundings add five times 2^-24. Outside that range the mean square saturates or vanishes,
 * as fp32 defines.
 */
public final class RmsNorm {
  /** The longest vector. */
  public static final int MAX_LENGTH = 1 << 15;

  private static final int FRACTION_BITS = Fp32.SIGNIFICAND_BITS - 1;

  private RmsNorm() {}

  /**
   * Normalises {@code x} into {@code y}, which may be the same array.
   *
   * @throws IllegalArgumentException when the lengths differ, are 0 or above {@link #MAX_LENGTH}
   */
  public static void apply(float[] x, float[] weight, float epsilon, float[] y) {
    if (x.length == 0 || x.length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a vector of %d elements; RMSNorm takes 1 to %d".formatted(x.length, MAX_LENGTH));
    }
    if (weight.length != x.length || y.length != x.length) {
      throw new IllegalArgumentException(
          "RMSNorm of %d elements with %d weights into %d places"
              .formatted(x.length, weight.length, y.length));
    }
    float factor = factor(x, epsilon);
    for (int i = 0; i < x.length; i++) {
      y[i] = Fp32.mul(Fp32.mul(x[i], factor), weight[i]);
    }
  }

  /** {@code r = 1 / sqrt(mean(x^2) + epsilon)}. */
  public static float factor(float[] x, float epsilon) {
    int exponent = Float.MIN_EXPONENT;
    for (float value : x) {
      exponent = Math.max(exponent, Math.getExponent(value));
    }
    long squares = 0;
    for (float value : x) {
      long aligned = aligned(value, exponent);
      squares += aligned * aligned;
    }
    float sum = Fp32.fromAccumulator(squares, 2 * (exponent - FRACTION_BITS));
    float mean = Fp32.mul(sum, Fp32.reciprocal(x.length));
    return Fp32.reciprocalSquareRoot(Fp32.add(mean, epsilon));
  }

  private static long aligned(float value, int exponent) {
    if (!Float.isFinite(value)) {
      throw new ArithmeticException("RMSNorm of " + value);
    }
    float magnitude = Math.abs(Fp32.flush(value));
    if (magnitude == 0f) {
      return 0;
    }
    int own = Math.getExponent(magnitude);
    long significand = (long) Math.scalb(magnitude, FRACTION_BITS - own);
    return Rounding.halfUpShift(significand, exponent - own);
  }
}

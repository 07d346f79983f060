package dev.heddle.accel.format;

/**
 * The activation function SiLU (swish), {@code x * sigmoid(x)}: one fp32 product after {@link
 * Sigmoid}.
 *
 * <p>Absolute error at most {@link #MAX_ERROR} for {@code |x| <= 16}; beyond, at most that plus
 * {@code |x| * 2^-24} for the rounding of the result.
 */
public final class Silu {
  /** Bound on the absolute error over +-16. */
  public static final double MAX_ERROR = 5e-5;

  private Silu() {}

  /** {@code x / (1 + e^-x)}. */
  public static float of(float x) {
    return Fp32.mul(x, Sigmoid.of(x));
  }
}

package dev.heddle.accel.format;

/**
 * The activation function GELU in its tanh form, which is a sigmoid: {@code x * sigmoid(1.5957691 x
 * (1 + 0.044715 x^2))}, in fp32 with {@link Sigmoid}.
 *
 * <p>Absolute error at most {@link #MAX_ERROR} against {@code x/2 (1 + erf(x/sqrt(2)))} for {@code
 * |x| <= 16}, half of which is the tanh form's own; beyond, at most that plus {@code |x| * 2^-24}.
 */
public final class Gelu {
  /** Bound on the absolute error over +-16. */
  public static final double MAX_ERROR = 1e-3;

  private static final float SLOPE = (float) 1.5957691216057308;
  private static final float CUBIC = 0.044715f;

  private Gelu() {}

  /** GELU of x. */
  public static float of(float x) {
    float curve = Fp32.add(1f, Fp32.mul(CUBIC, Fp32.mul(x, x)));
    return Fp32.mul(x, Sigmoid.of(Fp32.mul(Fp32.mul(SLOPE, x), curve)));
  }
}

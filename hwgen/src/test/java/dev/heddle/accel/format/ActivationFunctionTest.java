package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ActivationFunctionTest {
  @FunctionalInterface
  private interface Golden {
    float of(float x);
  }

  @Test
  void sigmoidIsWithinItsErrorEverywhere() {
    double worst = sweep(Sigmoid::of, ActivationFunctionTest::sigmoid, 40);
    System.out.printf("sigmoid: largest absolute error %.2e over +-40%n", worst);
    assertThat(worst).isLessThanOrEqualTo(Sigmoid.MAX_ERROR).isGreaterThan(1e-6);
    assertThat(Sigmoid.of(0f)).isEqualTo(0.5f);
    assertThat(Sigmoid.of(Float.MAX_VALUE)).isEqualTo(1f);
    assertThat(Sigmoid.of(-Float.MAX_VALUE)).isZero();
  }

  @Test
  void siluIsWithinItsErrorOverSixteen() {
    double worst = sweep(Silu::of, x -> x * sigmoid(x), 16);
    System.out.printf("SiLU: largest absolute error %.2e over +-16%n", worst);
    assertThat(worst).isLessThanOrEqualTo(Silu.MAX_ERROR).isLessThanOrEqualTo(1e-3);
  }

  @Test
  void geluIsWithinItsErrorOverSixteen() {
    double worst = sweep(Gelu::of, ActivationFunctionTest::gelu, 16);
    System.out.printf("GELU: largest absolute error %.2e over +-16%n", worst);
    assertThat(worst).isLessThanOrEqualTo(Gelu.MAX_ERROR).isGreaterThan(1e-4);
  }

  @Property(tries = 50_000)
  void beyondSixteenOnlyTheRoundingOfTheResultIsAdded(@ForAll int bits) {
    float x = Float.intBitsToFloat(bits);
    if (!Float.isFinite(x)) {
      x = Float.intBitsToFloat(bits & ~(1 << 30));
    }
    double rounding = Math.abs((double) x) * 0x1p-24;
    assertThat(Math.abs(Silu.of(x) - x * sigmoid(x)) <= Silu.MAX_ERROR + rounding).isTrue();
    if (Math.abs(x) > 8) {
      double gelu = Math.max(x, 0.0);
      assertThat(Math.abs(Gelu.of(x) - gelu) <= Gelu.MAX_ERROR + rounding).isTrue();
    }
  }

  @Test
  void zeroAndInvalidNumbersAreHandled() {
    assertThat(Silu.of(0f)).isZero();
    assertThat(Gelu.of(0f)).isZero();
    assertThatThrownBy(() -> Silu.of(Float.NaN)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Gelu.of(Float.NaN)).isInstanceOf(ArithmeticException.class);
  }

  /** The largest error over evenly spaced floats of both signs, four to each step of z. */
  private static double sweep(Golden golden, DoubleUnaryOperator exact, int limit) {
    double worst = 0;
    int steps = limit * 5909 * 4;
    for (int i = -steps; i <= steps; i++) {
      float x = (float) ((double) i * limit / steps);
      worst = Math.max(worst, Math.abs(golden.of(x) - exact.applyAsDouble(x)));
    }
    return worst;
  }

  private static double sigmoid(double x) {
    return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
  }

  private static double gelu(double x) {
    return x / 2 * (1 + erf(x / Math.sqrt(2)));
  }

  /** The error function by its confluent series, whose terms are all positive. */
  private static double erf(double x) {
    double magnitude = Math.abs(x);
    if (magnitude > 6) {
      return Math.signum(x);
    }
    double term = 2 * magnitude / Math.sqrt(Math.PI) * Math.exp(-x * x);
    double sum = term;
    for (int n = 1; term > 1e-17 * sum; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return Math.copySign(sum, x);
  }
}

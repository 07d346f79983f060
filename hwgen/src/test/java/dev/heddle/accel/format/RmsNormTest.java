package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RmsNormTest {
  @Property(tries = 600)
  void everyElementIsWithinTheStatedError(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3000) int n,
      @ForAll @IntRange(min = -48, max = 44) int scale,
      @ForAll @IntRange(min = 0, max = 30) int spread) {
    Random random = new Random(seed);
    float[] x = new float[n];
    float[] weight = new float[n];
    for (int i = 0; i < n; i++) {
      int exponent = scale - random.nextInt(spread + 1);
      x[i] = i == 0 ? Math.scalb(1.5f, scale) : Math.scalb((float) random.nextGaussian(), exponent);
      weight[i] = (float) random.nextGaussian();
    }
    assertWithin(x, weight, 1e-5f);
  }

  @Test
  void equalElementsJustBelowTheNextPlaceAreWithinTheStatedError() {
    for (int n : new int[] {1, 2, 64, 4096, RmsNorm.MAX_LENGTH}) {
      for (float tiny : new float[] {0x1.8p-24f, 0x1.8p-23f, 0x1.555554p-20f, 0x1.fffffep-1f}) {
        float[] x = new float[n];
        float[] weight = new float[n];
        Arrays.fill(x, tiny);
        Arrays.fill(weight, 1f);
        x[n - 1] = -1f;
        assertWithin(x, weight, 0f);
      }
    }
  }

  private static void assertWithin(float[] x, float[] weight, float epsilon) {
    int n = x.length;
    double squares = 0;
    for (float value : x) {
      squares += (double) value * value;
    }
    double factor = 1 / Math.sqrt(squares / n + epsilon);
    float[] y = new float[n];
    RmsNorm.apply(x, weight, epsilon, y);
    double bound = (6 + Math.sqrt(n)) * 0x1p-24;
    for (int i = 0; i < n; i++) {
      double exact = x[i] * factor * weight[i];
      assertThat(Math.abs(y[i] - exact) <= Math.abs(exact) * bound + 2 * Float.MIN_NORMAL)
          .as("element %d: %s, exactly %s", i, y[i], exact)
          .isTrue();
    }
  }

  @Property(tries = 500)
  void theFactorIsThatOfTheDefinition(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int n) {
    Random random = new Random(seed);
    float[] x = new float[n];
    int top = Integer.MIN_VALUE;
    for (int i = 0; i < n; i++) {
      x[i] = Math.scalb((float) random.nextGaussian(), -random.nextInt(30));
      top = Math.max(top, Math.getExponent(x[i]));
    }
    BigInteger squares = BigInteger.ZERO;
    for (float value : x) {
      BigDecimal scaled = new BigDecimal(Math.scalb((double) Math.abs(value), 23 - top));
      BigInteger aligned = scaled.setScale(0, RoundingMode.HALF_UP).toBigIntegerExact();
      squares = squares.add(aligned.multiply(aligned));
    }
    float sum = Fp32.fromAccumulator(squares.longValueExact(), 2 * (top - 23));
    float mean = sum * (1f / n) + 1e-6f;
    assertThat(RmsNorm.factor(x, 1e-6f)).isEqualTo(Fp32.reciprocalSquareRoot(mean));
  }

  @Property(tries = 200)
  void theOrderOfTheElementsDoesNotMatter(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 500) int n) {
    Random random = new Random(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = Math.scalb((float) random.nextGaussian(), random.nextInt(20));
    }
    float factor = RmsNorm.factor(x, 1e-6f);
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      float swapped = x[i];
      x[i] = x[j];
      x[j] = swapped;
    }
    assertThat(RmsNorm.factor(x, 1e-6f)).isEqualTo(factor);
  }

  @Test
  void zerosLargestValuesAndSubnormalsAreDefined() {
    float[] y = new float[2];
    RmsNorm.apply(new float[2], new float[] {1f, 1f}, 0f, y);
    assertThat(y).containsExactly(0f, 0f);
    RmsNorm.apply(new float[] {Float.MIN_VALUE, 0f}, new float[] {1f, 1f}, 1e-5f, y);
    assertThat(y).containsExactly(0f, 0f);
    // The mean square saturates: the result is finite and keeps its sign.
    RmsNorm.apply(new float[] {Float.MAX_VALUE, -0x1p70f}, new float[] {1f, 1f}, 1e-5f, y);
    assertThat(y[0]).isPositive().isFinite();
    assertThat(y[1]).isNegative().isFinite();
    // The longest vector of the largest significands does not overflow the sum.
    float[] longest = new float[RmsNorm.MAX_LENGTH];
    Arrays.fill(longest, Math.nextDown(2f));
    assertThat(RmsNorm.factor(longest, 0f)).isBetween(0.5f, Math.nextUp(0.5f));
  }

  @Test
  void vectorsThatDoNotFitAreRefused() {
    float[] weight = new float[3];
    assertThatThrownBy(() -> RmsNorm.apply(new float[2], weight, 0f, new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 elements with 3 weights");
    assertThatThrownBy(() -> RmsNorm.apply(new float[0], weight, 0f, new float[0]))
        .isInstanceOf(IllegalArgumentException.class);
    int tooLong = RmsNorm.MAX_LENGTH + 1;
    assertThatThrownBy(
            () -> RmsNorm.apply(new float[tooLong], new float[tooLong], 0f, new float[tooLong]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 32768");
    assertThatThrownBy(() -> RmsNorm.factor(new float[] {1f, Float.NaN}, 0f))
        .isInstanceOf(ArithmeticException.class);
  }
}

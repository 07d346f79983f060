package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class Fp32Test {
  private static final float LARGEST = Float.MAX_VALUE;
  private static final float SUBNORMAL = Float.MIN_NORMAL / 2;

  @Test
  void aSubnormalOperandCountsAsZeroOfItsSign() {
    assertThat(Fp32.add(SUBNORMAL, SUBNORMAL)).isEqualTo(0f);
    assertThat(bits(Fp32.mul(-SUBNORMAL, 0x1p100f))).isEqualTo(bits(-0f));
    assertThat(Fp32.add(SUBNORMAL, 1f)).isEqualTo(1f);
    assertThat(bits(Fp32.flush(-Float.MIN_VALUE))).isEqualTo(bits(-0f));
    assertThat(Fp32.flush(Float.MIN_NORMAL)).isEqualTo(Float.MIN_NORMAL);
  }

  @Test
  void aSubnormalResultBecomesZeroOfItsSign() {
    assertThat(bits(Fp32.mul(0x1p-100f, -0x1p-30f))).isEqualTo(bits(-0f));
    assertThat(bits(Fp32.add(0x1.8p-126f, -0x1p-126f))).isEqualTo(bits(0f));
    assertThat(bits(Fp32.reciprocal(-LARGEST))).isEqualTo(bits(-0f));
  }

  @Test
  void anOverflowSaturatesToTheLargestFiniteValue() {
    assertThat(Fp32.add(LARGEST, LARGEST)).isEqualTo(LARGEST);
    assertThat(Fp32.mul(-LARGEST, 2f)).isEqualTo(-LARGEST);
    assertThat(Fp32.reciprocal(0f)).isEqualTo(LARGEST);
    assertThat(Fp32.reciprocal(-0f)).isEqualTo(-LARGEST);
    assertThat(Fp32.reciprocalSquareRoot(0f)).isEqualTo(LARGEST);
  }

  @Test
  void aNaNIsRefused() {
    assertThatThrownBy(() -> Fp32.add(Float.NaN, 1f))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> Fp32.mul(Float.POSITIVE_INFINITY, 0f))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Fp32.reciprocalSquareRoot(-4f))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("-4");
  }

  @Property(tries = 20_000)
  void sumsAndProductsAreTheNearestFp32(@ForAll int a, @ForAll int b) {
    float x = finite(a);
    float y = finite(b);
    BigDecimal exactX = new BigDecimal(Fp32.flush(x));
    BigDecimal exactY = new BigDecimal(Fp32.flush(y));
    assertNearest(Fp32.add(x, y), exactX.add(exactY));
    assertNearest(Fp32.mul(x, y), exactX.multiply(exactY));
  }

  @Property(tries = 20_000)
  void theReciprocalIsTheNearestFp32(@ForAll int a) {
    float x = Fp32.flush(finite(a));
    float r = Fp32.reciprocal(x);
    if (x != 0f && r != 0f) {
      // |1/x - r| <= half a place of r, so |1 - r*x| <= |x| * half a place.
      BigDecimal residue = BigDecimal.ONE.subtract(big(r).multiply(big(x))).abs();
      assertThat(residue).isLessThanOrEqualTo(big(x).abs().multiply(halfPlace(r)));
    }
  }

  @Test
  void theReciprocalSquareRootIsTheNearestFp32ForEverySignificand() {
    // Two exponents of different parity stand for all: a factor of 4 only halves the result.
    for (int exponent : new int[] {0, 1}) {
      for (int fraction = 0; fraction < 1 << 23; fraction++) {
        float x = Float.intBitsToFloat((exponent + 127) << 23 | fraction);
        float r = Fp32.reciprocalSquareRoot(x);
        double below = ((double) r + Math.nextDown(r)) / 2;
        double above = ((double) r + Math.nextUp(r)) / 2;
        // The squares have at most 50 bits and are exact; the fused operation has the exact sign.
        boolean nearest =
            Math.fma(below * below, x, -1.0) <= 0 && Math.fma(above * above, x, -1.0) >= 0;
        if (!nearest) {
          assertThat(r).as("1/sqrt(%s)", Float.toHexString(x)).isNaN();
        }
      }
    }
  }

  @Property(tries = 5_000)
  void theReciprocalSquareRootScalesWithPowersOfFour(
      @ForAll @IntRange(min = 1, max = (1 << 23) - 1) int fraction,
      @ForAll @IntRange(min = -62, max = 62) int quarter) {
    float x = Float.intBitsToFloat(127 << 23 | fraction);
    assertThat(Fp32.reciprocalSquareRoot(Math.scalb(x, 2 * quarter)))
        .isEqualTo(Math.scalb(Fp32.reciprocalSquareRoot(x), -quarter));
  }

  @Property(tries = 20_000)
  void anAccumulatorIsRoundedToTwentyFourBitsAndThenScaled(
      @ForAll long accumulator, @ForAll @IntRange(min = -220, max = 120) int exponent) {
    BigInteger magnitude = BigInteger.valueOf(accumulator).abs();
    int excess = Math.max(0, magnitude.bitLength() - 24);
    BigInteger kept = magnitude.shiftRight(excess);
    BigInteger rest = magnitude.subtract(kept.shiftLeft(excess)).shiftLeft(1);
    int half = rest.compareTo(BigInteger.ONE.shiftLeft(excess));
    if (half > 0 || (half == 0 && kept.testBit(0))) {
      kept = kept.add(BigInteger.ONE);
    }
    int top = kept.bitLength() - 1 + excess + exponent;
    double expected = Math.scalb(kept.doubleValue(), excess + exponent);
    if (kept.signum() == 0 || top < -126) {
      expected = 0;
    } else if (top > 127) {
      expected = LARGEST;
    }
    float signed = accumulator < 0 ? -(float) expected : (float) expected;
    assertThat(bits(Fp32.fromAccumulator(accumulator, exponent))).isEqualTo(bits(signed));
    assertThat(Fp32.fromAccumulatorSaturates(accumulator, exponent))
        .isEqualTo(kept.signum() != 0 && top > 127);
  }

  @Test
  void anAccumulatorTieGoesToTheEvenSignificand() {
    assertThat(Fp32.fromAccumulator((1L << 24) + 1, 0)).isEqualTo(0x1p24f);
    assertThat(Fp32.fromAccumulator((1L << 24) + 3, 0)).isEqualTo(0x1.000004p24f);
    assertThat(Fp32.fromAccumulator(-(1L << 25) + 1, 0)).isEqualTo(-0x1p25f);
    assertThat(Fp32.fromAccumulator(Long.MIN_VALUE, 0)).isEqualTo(-0x1p63f);
    assertThat(Fp32.fromAccumulator(Long.MAX_VALUE, 0)).isEqualTo(0x1p63f);
  }

  @Test
  void anAccumulatorResultOutsideTheNormalRangeSaturatesOrVanishes() {
    assertThat(Fp32.fromAccumulator(1, 127)).isEqualTo(0x1p127f);
    assertThat(Fp32.fromAccumulator((1L << 25) - 1, 103)).isEqualTo(LARGEST);
    assertThat(Fp32.fromAccumulatorSaturates((1L << 25) - 1, 103)).isTrue();
    assertThat(Fp32.fromAccumulator((1L << 24) - 1, 104)).isEqualTo(LARGEST);
    assertThat(Fp32.fromAccumulatorSaturates((1L << 24) - 1, 104)).isFalse();
    assertThat(Fp32.fromAccumulator(-1, Integer.MAX_VALUE)).isEqualTo(-LARGEST);
    assertThat(Fp32.fromAccumulator(1, -126)).isEqualTo(Float.MIN_NORMAL);
    assertThat(bits(Fp32.fromAccumulator(-1, -127))).isEqualTo(bits(-0f));
    assertThat(bits(Fp32.fromAccumulator(0, Integer.MAX_VALUE))).isEqualTo(bits(0f));
    // All ones round up to the smallest normal number only when 24 bits cannot hold them.
    assertThat(Fp32.fromAccumulator((1L << 25) - 1, -151)).isEqualTo(Float.MIN_NORMAL);
    assertThat(Fp32.fromAccumulator((1L << 24) - 1, -150)).isEqualTo(0f);
  }

  private static void assertNearest(float actual, BigDecimal exact) {
    float magnitude = Math.abs(actual);
    if (magnitude == 0f) {
      assertThat(exact.abs()).isLessThan(big(Float.MIN_NORMAL));
    } else if (magnitude == LARGEST) {
      assertThat(exact.abs()).isGreaterThanOrEqualTo(big(LARGEST).subtract(halfPlace(LARGEST)));
    } else {
      BigDecimal error = exact.subtract(big(actual)).abs();
      assertThat(error).isLessThanOrEqualTo(halfPlace(actual));
      boolean tie = error.compareTo(halfPlace(actual)) == 0;
      if (tie) {
        assertThat(Float.floatToRawIntBits(actual) & 1).isZero();
      }
    }
    if (exact.signum() != 0) {
      assertThat(Math.copySign(1f, actual)).isEqualTo(exact.signum());
    }
  }

  /** A float of any exponent, subnormal ones included. */
  private static float finite(int bits) {
    float x = Float.intBitsToFloat(bits);
    return Float.isFinite(x) ? x : Float.intBitsToFloat(bits & ~(1 << 30));
  }

  private static BigDecimal big(float x) {
    return new BigDecimal(x);
  }

  private static BigDecimal halfPlace(float x) {
    return new BigDecimal(Math.ulp(x)).divide(BigDecimal.valueOf(2));
  }

  private static int bits(float x) {
    return Float.floatToRawIntBits(x);
  }
}

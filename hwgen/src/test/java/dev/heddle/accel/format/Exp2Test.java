package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Exp2Test {
  @Test
  void everyFractionIsWithinTheStatedError() {
    double worst = 0;
    for (int f = 0; f < 1 << Exp2.FRACTION_BITS; f++) {
      double exact = Math.pow(2, f / 4096.0);
      worst = Math.max(worst, Math.abs(Math.scalb((double) Exp2.of(f), -22) / exact - 1));
    }
    System.out.printf("exp2 unit: largest relative error %.2e%n", worst);
    assertThat(worst).isLessThanOrEqualTo(Exp2.MAX_RELATIVE_ERROR).isGreaterThan(1e-5);
  }

  @Test
  void theUnitRisesStrictlyFromOneToBelowTwo() {
    assertThat(Exp2.of(0)).isEqualTo(1 << 22);
    for (int f = 1; f < 1 << Exp2.FRACTION_BITS; f++) {
      assertThat(Exp2.of(f)).isGreaterThan(Exp2.of(f - 1));
    }
    assertThat(Exp2.of(4095)).isLessThan(2 << 22);
  }

  @Test
  void theTableHasTheStatedWidths() {
    for (int i = 0; i < 64; i++) {
      assertThat(Exp2.base(i) >> 16).isEqualTo(1);
      assertThat(Exp2.slope(i)).isBetween(1, (1 << 11) - 1);
    }
    assertThat(Exp2.base(64)).isEqualTo(2 << 16);
  }

  @Test
  void everyNegativePowerIsRoundedHalfUp() {
    for (int bits : new int[] {20, 22}) {
      for (int exponent = -40 * 4096; exponent <= 0; exponent++) {
        int shift = -Math.floorDiv(exponent, 4096) + 22 - bits;
        double unrounded = Math.scalb((double) Exp2.of(Math.floorMod(exponent, 4096)), -shift);
        assertThat(Exp2.ofNegative(exponent, bits)).isEqualTo((int) Math.floor(unrounded + 0.5));
      }
    }
    assertThat(Exp2.ofNegative(-(1 << 28), 20)).isZero();
  }
}

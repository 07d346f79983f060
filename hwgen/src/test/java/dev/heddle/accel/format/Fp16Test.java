package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class Fp16Test {
  @Test
  void everyFiniteNumberIsItsSignificandTimesItsPowerOfTwo() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      if (!Fp16.isFinite(bits)) {
        continue;
      }
      double value = value(bits);
      assertThat(Math.scalb((double) Fp16.significand(bits), Fp16.exponent(bits)))
          .isEqualTo(value == 0 ? 0.0 : value);
      assertThat(Fp16.exponent(bits)).isBetween(Fp16.MIN_EXPONENT, Fp16.MAX_EXPONENT);
      assertThat(Math.abs(Fp16.significand(bits))).isLessThan(1 << Fp16.SIGNIFICAND_BITS);
      assertThat((double) Fp16.toFloat(bits)).isEqualTo(value);
      assertThat(Fp16.fromFloat(Fp16.toFloat(bits))).isEqualTo(bits);
      assertThat(Fp16.significand((short) bits)).isEqualTo(Fp16.significand(bits));
    }
  }

  @Test
  void infinitiesAndNaNsAreRefused() {
    int refused = 0;
    for (int bits = 0; bits < 1 << 16; bits++) {
      if (!Fp16.isFinite(bits)) {
        int number = bits;
        assertThatThrownBy(() -> Fp16.significand(number))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("0x%04x".formatted(bits));
        assertThatThrownBy(() -> Fp16.exponent(number))
            .isInstanceOf(IllegalArgumentException.class);
        refused++;
      }
    }
    assertThat(refused).isEqualTo(2 * 1024);
  }

  @Property(tries = 50_000)
  void aFloatBecomesTheNearestNumberAndATieTheEvenOne(
      @ForAll @IntRange(min = 0, max = 0x7bfe) int lower, @ForAll int random) {
    double below = value(lower);
    double above = value(lower + 1);
    float x = (float) (below + (above - below) * ((random & 0xffff) / 65536.0));
    double toBelow = x - below;
    double toAbove = above - x;
    int even = (lower & 1) == 0 ? lower : lower + 1;
    int expected = toBelow < toAbove ? lower : toBelow > toAbove ? lower + 1 : even;
    assertThat(Fp16.fromFloat(x)).isEqualTo(expected);
    assertThat(Fp16.fromFloat(-x)).isEqualTo(expected | 0x8000);
  }

  @Test
  void everyMidpointGoesToTheEvenNeighbour() {
    for (int lower = 0; lower < 0x7bff; lower++) {
      float midpoint = (float) ((value(lower) + value(lower + 1)) / 2);
      assertThat(Fp16.fromFloat(midpoint)).isEqualTo((lower & 1) == 0 ? lower : lower + 1);
      assertThat(Fp16.fromFloat(Math.nextUp(midpoint))).isEqualTo(lower + 1);
      assertThat(Fp16.fromFloat(Math.nextDown(midpoint))).isEqualTo(lower);
    }
  }

  @Test
  void largeFloatsBecomeInfinite() {
    assertThat(Fp16.fromFloat(Fp16.MAX_VALUE)).isEqualTo(0x7bff);
    assertThat(Fp16.fromFloat(Math.nextDown(65520f))).isEqualTo(0x7bff);
    assertThat(Fp16.fromFloat(65520f)).isEqualTo(0x7c00);
    assertThat(Fp16.fromFloat(-Float.MAX_VALUE)).isEqualTo(0xfc00);
    assertThat(Fp16.fromFloat(Float.POSITIVE_INFINITY)).isEqualTo(0x7c00);
    assertThat(Fp16.isFinite(Fp16.fromFloat(Float.NaN))).isFalse();
  }

  /** The value by the formula of IEEE 754. */
  private static double value(int bits) {
    int exponent = bits >> 10 & 31;
    double fraction = (bits & 1023) / 1024.0;
    double magnitude =
        exponent == 0 ? fraction * Math.pow(2, -14) : (1 + fraction) * Math.pow(2, exponent - 15);
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }
}

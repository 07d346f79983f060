package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TanhTest {
  @Test
  void everyArgumentIsWithinTheBoundAndNoneFalls() {
    int before = 0;
    double worst = 0;
    for (int argument = 0; argument < 1 << Tanh.ARGUMENT_BITS; argument++) {
      int tangent = Tanh.of(argument);
      // An assertion for each of 33 million would take a minute.
      if (tangent < before) {
        assertThat(tangent).as("argument %d", argument).isGreaterThanOrEqualTo(before);
      }
      before = tangent;
      if (argument % 7 == 0) {
        double exact = Math.tanh(Math.scalb((double) argument, -Tanh.FRACTION_BITS));
        double error = Math.abs(Math.scalb((double) tangent, -Tanh.RESULT_BITS) - exact);
        worst = Math.max(worst, error);
      }
    }
    System.out.printf("tanh: error at most %.2e%n", worst);
    assertThat(worst).isBetween(1e-7, Tanh.MAX_ERROR);
    assertThat(before).isEqualTo((1 << Tanh.RESULT_BITS) - 1);
    assertThat(Tanh.of(0)).isZero();
  }

  @Test
  void theTableKeepsItsBits() {
    for (int segment = 0; segment < 1 << Tanh.TABLE_BITS; segment++) {
      assertThat(Tanh.base(segment) >> Tanh.RESULT_BITS).isZero();
      assertThat(Tanh.rise(segment) >> Tanh.RISE_BITS).isZero();
      assertThat(Tanh.bend(segment) >> Tanh.BEND_BITS).isZero();
    }
  }
}

package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreCapTest {
  private static final int LARGEST = (1 << (ScoreScale.SCORE_BITS - 1)) - 1;

  @ParameterizedTest
  @ValueSource(doubles = {1, 5, 17.3, 30, 50, 127.9, 128})
  void everyScoreIsWithinTheBoundAndALargerOneHasNoSmallerCap(double natural) {
    ScoreCap cap = ScoreCap.of(natural);
    double limit = natural / Math.log(2);
    // All scores up to beyond the end of the table, then some.
    int end = (int) (9 * limit * (1 << ScoreScale.FRACTION_BITS));
    int before = 0;
    double worst = 0;
    for (long score = 0; score <= LARGEST; score += score < end ? 1 : 10_007) {
      int capped = cap.capped((int) score);
      if (capped < before || cap.capped((int) -score) != -capped) {
        assertThat(capped).as("score %d", score).isGreaterThanOrEqualTo(before);
        assertThat(cap.capped((int) -score)).as("score -%d", score).isEqualTo(-capped);
      }
      before = capped;
      double power = Math.scalb((double) score, -ScoreScale.FRACTION_BITS);
      double exact = limit * Math.tanh(power / limit);
      double error = Math.abs(Math.scalb((double) capped, -ScoreScale.FRACTION_BITS) - exact);
      worst = Math.max(worst, error);
    }
    System.out.printf("cap %s: error at most %.2e powers of two%n", natural, worst);
    assertThat(worst).isBetween(1e-4, 1.3e-4 + 1.3e-6 * limit);
    assertThat(cap.capped(0)).isZero();
    assertThat(cap.capped(-LARGEST - 1)).isEqualTo(-before);
    assertThat(before)
        .isEqualTo((int) Math.rint(Math.scalb(limit, ScoreScale.FRACTION_BITS) - 0.05));
  }

  @Test
  void noCapLeavesEveryScoreAsItIs() {
    for (int score : new int[] {0, 1, -1, 12_345, LARGEST, -LARGEST - 1}) {
      assertThat(ScoreCap.NONE.capped(score)).isEqualTo(score);
    }
    assertThat(ScoreCap.NONE.inverse()).isZero();
  }

  @Test
  void everyCapKeepsItsBits() {
    assertThat(ScoreCap.MOST_LIMIT >> ScoreCap.LIMIT_BITS).isZero();
    assertThat(ScoreCap.of(1).inverse() >> ScoreCap.INVERSE_BITS).isZero();
    // The largest magnitude that counts is the last x.
    long argument = ((1L << ScoreCap.MAGNITUDE_BITS) - 1) * ScoreCap.of(128).inverse();
    assertThat(argument >> ScoreCap.ARGUMENT_SHIFT).isGreaterThan(1L << Tanh.ARGUMENT_BITS);
  }

  @Test
  void aCapOutsideOfItsRangeIsRefused() {
    assertThatThrownBy(() -> ScoreCap.of(0.9)).hasMessage("a cap of 0.9; it is 1 to 128");
    assertThatThrownBy(() -> ScoreCap.of(Double.NaN)).hasMessage("a cap of NaN; it is 1 to 128");
    assertThatThrownBy(() -> new ScoreCap(94_547))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a cap of 94547 steps; it is 94548 to 12102203, or 0 for none");
  }
}

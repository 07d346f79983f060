package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.format.Rope.Pairing;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RopeTest {
  @Property(tries = 500)
  void everyPairIsTurnedByItsAngle(
      @ForAll Pairing pairing,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 64) int pairs,
      @ForAll @IntRange(min = 0, max = 100_000) int position) {
    Random random = new Random(seed);
    float[] vector = new float[2 * pairs + 5];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    float[] before = vector.clone();
    Rope rope = Rope.of(pairing, 2 * pairs, 10_000);
    assertThat(rope.dimensions()).isEqualTo(2 * pairs);
    rope.at(position).rotate(vector, 3);
    for (int i = 0; i < pairs; i++) {
      int first = 3 + (pairing == Pairing.INTERLEAVED ? 2 * i : i);
      int second = pairing == Pairing.INTERLEAVED ? first + 1 : first + pairs;
      double angle = position * Math.pow(10_000, -2.0 * i / (2 * pairs));
      double a = before[first];
      double b = before[second];
      // The angle itself is a double: its last place matters at large positions.
      double bound = (Math.abs(a) + Math.abs(b)) * (0x1p-22 + position * 0x1p-50);
      assertThat(Math.abs(vector[first] - (a * Math.cos(angle) - b * Math.sin(angle))))
          .isLessThanOrEqualTo(bound);
      assertThat(Math.abs(vector[second] - (a * Math.sin(angle) + b * Math.cos(angle))))
          .isLessThanOrEqualTo(bound);
    }
    for (int i : new int[] {0, 1, 2, 2 * pairs + 3, 2 * pairs + 4}) {
      assertThat(vector[i]).isEqualTo(before[i]);
    }
  }

  @Test
  void positionZeroChangesNothing() {
    float[] vector = {1f, -2f, 3f, 0.5f};
    Rope.of(Pairing.HALF_SPLIT, 4, 10_000).at(0).rotate(vector, 0);
    assertThat(vector).containsExactly(1f, -2f, 3f, 0.5f);
  }

  @Test
  void eachProductAndTheSumAreRoundedByThemselves() {
    Rope.Angles angles = new Rope(Pairing.INTERLEAVED, new double[] {0.7}).at(3);
    float[] vector = {1.2345678f, -7.654321f};
    float cosine = angles.cosine(0);
    float sine = angles.sine(0);
    float ac = 1.2345678f * cosine;
    float bs = -7.654321f * sine;
    float as = 1.2345678f * sine;
    float bc = -7.654321f * cosine;
    angles.rotate(vector, 0);
    assertThat(vector).containsExactly(ac - bs, as + bc);
    assertThat(cosine).isEqualTo((float) StrictMath.cos(3 * 0.7));
  }

  @Test
  void anOddNumberOfElementsIsRefused() {
    assertThatThrownBy(() -> Rope.of(Pairing.INTERLEAVED, 7, 10_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7 elements");
  }
}

package dev.heddle.host.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final float NAN = Float.NaN;
  private static final float LEAST = Float.NEGATIVE_INFINITY;

  @Test
  void greedyTakesTheGreatestAndOfEqualsTheLowestId() {
    assertThat(Sampler.greedy().sample(new float[] {-1, 3, 2, 3})).isEqualTo(1);
    assertThat(Sampler.greedy().sample(new float[] {-0.0f, 0.0f})).isZero();
    assertThat(Sampler.greedy().sample(new float[] {NAN, -5, NAN, -4})).isEqualTo(3);
    assertThat(Sampler.greedy().sample(new float[] {LEAST, -Float.MAX_VALUE})).isEqualTo(1);
  }

  @Test
  void theSameSeedGivesTheSameTokensForEver() {
    float[] logits = {0.1f, 1.2f, -0.3f, 0.9f, 2.0f, 1.9f, -3, 0};
    int[] tokens = draw(new Sampler(0.8f, 0.9f, 1234), logits, 24);
    assertThat(draw(new Sampler(0.8f, 0.9f, 1234), logits, 24)).isEqualTo(tokens);
    assertThat(draw(new Sampler(0.8f, 0.9f, 1235), logits, 24)).isNotEqualTo(tokens);
    // From a separate program written after the documentation.
    assertThat(tokens)
        .containsExactly(5, 5, 4, 4, 5, 5, 5, 4, 4, 1, 4, 4, 1, 5, 3, 3, 5, 1, 4, 5, 4, 4, 4, 4);
  }

  @Test
  void drawsFollowTheSoftmaxOfLogitsOverTemperature() {
    float[] logits = {1, 0, 2, NAN, LEAST};
    int[] counts = new int[logits.length];
    for (int token : draw(new Sampler(2, 1, 99), logits, 100_000)) {
      counts[token]++;
    }
    double total = Math.exp(0.5) + 1 + Math.exp(1);
    assertThat(counts[0] / 1e5).isCloseTo(Math.exp(0.5) / total, within(0.006));
    assertThat(counts[1] / 1e5).isCloseTo(1 / total, within(0.006));
    assertThat(counts[2] / 1e5).isCloseTo(Math.exp(1) / total, within(0.006));
    assertThat(counts[3] + counts[4]).isZero();
  }

  @Test
  void topPKeepsTheSmallestSetThatReachesIt() {
    // Probabilities 0.5, 0.25, 0.125, 0.125.
    float ln2 = (float) Math.log(2);
    float[] logits = {-3 * ln2, -ln2, -3 * ln2, -2 * ln2};
    assertThat(seen(new Sampler(1, 0.4f, 5), logits)).containsExactly(1);
    assertThat(seen(new Sampler(1, 0.6f, 5), logits)).containsExactly(1, 3);
    assertThat(seen(new Sampler(1, 0.8f, 5), logits)).containsExactly(0, 1, 3);
    assertThat(seen(new Sampler(1, 1, 5), logits)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void neighbouringSeedsBeginDifferently() {
    float[] logits = new float[64];
    long different =
        IntStream.range(0, 100)
            .map(seed -> new Sampler(1, 1, seed).sample(logits))
            .distinct()
            .count();
    assertThat(different).isGreaterThan(40);
  }

  @Test
  void anInfiniteLogitWinsAndALineOfNoNumbersIsAnError() {
    Sampler sampler = new Sampler(1, 1, 0);
    assertThat(sampler.sample(new float[] {3, Float.POSITIVE_INFINITY, 4})).isEqualTo(1);
    assertThatThrownBy(() -> sampler.sample(new float[] {NAN, LEAST}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none of the 2 logits");
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new Sampler(-1, 1, 0)).hasMessageContaining("temperature is -1.0");
    assertThatThrownBy(() -> new Sampler(NAN, 1, 0)).hasMessageContaining("temperature is NaN");
    assertThatThrownBy(() -> new Sampler(1, 0, 0)).hasMessageContaining("top-p is 0.0");
    assertThatThrownBy(() -> new Sampler(1, 1.5f, 0)).hasMessageContaining("top-p is 1.5");
  }

  @Property
  void onlyTokensOfTheNucleusAreDrawn(
      @ForAll @Size(min = 1, max = 40) float[] logits,
      @ForAll @FloatRange(min = 0.01f, max = 5) float temperature,
      @ForAll @FloatRange(min = 0.01f, max = 1) float topP,
      @ForAll long seed) {
    if (IntStream.range(0, logits.length).noneMatch(i -> logits[i] > LEAST)) {
      return;
    }
    int token = new Sampler(temperature, topP, seed).sample(logits);
    double best = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElse(0);
    double[] weights =
        IntStream.range(0, logits.length)
            .mapToDouble(i -> Math.exp((logits[i] - best) / temperature))
            .toArray();
    double above =
        Arrays.stream(weights).filter(weight -> weight > weights[token] * (1 + 1e-9)).sum();
    assertThat(above).isLessThanOrEqualTo(topP * Arrays.stream(weights).sum() * (1 + 1e-9));
  }

  private static int[] draw(Sampler sampler, float[] logits, int count) {
    return IntStream.range(0, count).map(i -> sampler.sample(logits)).toArray();
  }

  private static int[] seen(Sampler sampler, float[] logits) {
    return Arrays.stream(draw(sampler, logits, 1_000)).distinct().sorted().toArray();
  }
}

package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenAttentionTest {
  private static final double LOG2_E = 1 / Math.log(2);

  /** A query row with its keys and values, and the soft-cap of its scores, 0 for none. */
  private record Row(
      KvVector query, List<KvVector> keys, List<KvVector> values, double scale, double softCap) {
    float[] golden() {
      float[] output = new float[query.length()];
      ScoreCap cap = softCap == 0 ? ScoreCap.NONE : ScoreCap.of(softCap);
      GoldenAttention.state(
              query, keys, values, ScoreScale.of(scale), (score, key) -> cap.capped(score))
          .normalise(output, 0);
      return output;
    }

    Row capped(double by) {
      return new Row(query, keys, values, scale, by);
    }

    /** Scores as powers of two, from the quantised vectors. */
    double[] powers() {
      double[] powers = new double[keys.size()];
      for (int j = 0; j < powers.length; j++) {
        int exponent = query.exponent() + keys.get(j).exponent();
        powers[j] = Math.scalb((double) query.dot(keys.get(j)), exponent) * scale * LOG2_E;
        if (softCap != 0) {
          double limit = softCap * LOG2_E;
          powers[j] = limit * Math.tanh(powers[j] / limit);
        }
      }
      return powers;
    }

    double[] weights() {
      double[] powers = powers();
      double largest = Double.NEGATIVE_INFINITY;
      for (double power : powers) {
        largest = Math.max(largest, power);
      }
      for (int j = 0; j < powers.length; j++) {
        powers[j] = Math.pow(2, powers[j] - largest);
      }
      return powers;
    }

    /** Softmax in double precision on the same quantised vectors. */
    double[] exact() {
      double[] weights = weights();
      double[] output = new double[query.length()];
      double sum = 0;
      for (int j = 0; j < weights.length; j++) {
        sum += weights[j];
        float[] value = values.get(j).dequantise();
        for (int i = 0; i < output.length; i++) {
          output[i] += weights[j] * value[i];
        }
      }
      for (int i = 0; i < output.length; i++) {
        output[i] /= sum;
      }
      return output;
    }

    double relativeError() {
      double[] exact = exact();
      return distance(golden(), exact) / norm(exact);
    }
  }

  /**
   * Normally distributed queries, keys and values; the scores have a standard deviation of about
   * {@code deviation}, in natural logarithms. Magnitudes differ between tokens by up to {@code
   * octaves} powers of two.
   */
  private static Row random(Random random, int keys, int dimension, double deviation, int octaves) {
    List<KvVector> k = new ArrayList<>();
    List<KvVector> v = new ArrayList<>();
    for (int j = 0; j < keys; j++) {
      k.add(vector(random, dimension, 1));
      v.add(vector(random, dimension, Math.scalb(1.0, -random.nextInt(octaves + 1))));
    }
    return new Row(vector(random, dimension, deviation), k, v, 1 / Math.sqrt(dimension), 0);
  }

  private static KvVector vector(Random random, int dimension, double scale) {
    float[] x = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      x[i] = (float) (random.nextGaussian() * scale);
    }
    return KvVector.quantise(x, 0, dimension);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 30, 50})
  void flatAndPeakyRowsOfEveryLengthAreWithinFiveTenThousandths(double cap) {
    // The last three of these lengths are of 2, 4 and 32 segments.
    double worst = 0;
    for (int keys : new int[] {1, 2, 3, 17, 64, 257, 513, 2048, GoldenAttention.MAX_KEYS}) {
      double worstOfLength = 0;
      for (double deviation : new double[] {0, 0.1, 1, 2, 3, 6, 12}) {
        for (int seed = 0; seed < (keys > 2000 ? 2 : 15); seed++) {
          for (int dimension : keys > 2000 ? new int[] {32, 64} : new int[] {32, 64, 128}) {
            int octaves = seed % 3;
            Row row = random(new Random(seed), keys, dimension, deviation, octaves).capped(cap);
            double error = row.relativeError();
            worstOfLength = Math.max(worstOfLength, error);
            assertThat(error)
                .as(
                    "%d keys of %d, deviation %s, seed %d, cap %s",
                    keys, dimension, deviation, seed, cap)
                .isLessThanOrEqualTo(5e-4);
          }
        }
      }
      System.out.printf(
          "attention over %d keys, cap %s: error at most %.2e%n", keys, cap, worstOfLength);
      worst = Math.max(worst, worstOfLength);
    }
    assertThat(worst).isGreaterThan(1e-5);
  }

  @Property(tries = 500)
  void everyRowIsWithinTheProvenBound(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int keys,
      @ForAll @IntRange(min = 1, max = 160) int dimension,
      @ForAll @IntRange(min = 0, max = 40) int octaves,
      @ForAll @IntRange(min = -4, max = 6) int peak) {
    Random random = new Random(seed);
    Row row = random(random, keys, dimension, Math.scalb(1.0, peak), octaves);
    if (random.nextBoolean()) {
      // Values that nearly cancel: every other one is the negative of the one before.
      for (int j = 1; j < keys; j += 2) {
        byte[] codes = new byte[dimension];
        for (int i = 0; i < dimension; i++) {
          codes[i] = (byte) -row.values.get(j - 1).code(i);
        }
        row.values.set(j, KvVector.of(codes, row.values.get(j - 1).exponent()));
      }
    }
    double[] exact = row.exact();
    double[] weights = row.weights();
    int maxExponent = Int8Block.MIN_EXPONENT;
    double largest = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < keys; j++) {
      maxExponent = Math.max(maxExponent, row.values.get(j).exponent());
      largest = Math.max(largest, row.powers()[j]);
    }
    double total = 0;
    double bound = 0;
    int ceiling = ceiling(row);
    for (int j = 0; j < keys; j++) {
      KvVector value = row.values.get(j);
      double weight = weights[j] * Math.pow(2, largest - ceiling);
      double relative = 1.2e-4 + 1.1e-5 * -Math.log(weights[j]) / Math.log(2);
      total += weight;
      bound +=
          (weight * (weights[j] == 0 ? 0 : relative) + 0x1p-20)
              * distance(value.dequantise(), exact);
      if (value.exponent() < maxExponent) {
        bound += 0x1p-20 * Math.scalb(codes(value), maxExponent);
      }
    }
    // The sum of the p is that of the exact weights but for the same errors.
    double least = total * (1 - 1e-3) - keys * 0x1p-20;
    assertThat(least).isPositive();
    double allowed = bound / least + norm(exact) * 0x1p-21;
    assertThat(distance(row.golden(), exact)).isLessThanOrEqualTo(allowed);
  }

  private static double codes(KvVector value) {
    double sum = 0;
    for (int i = 0; i < value.length(); i++) {
      sum += Math.abs(value.code(i));
    }
    return sum;
  }

  private static int ceiling(Row row) {
    int largest = Integer.MIN_VALUE;
    ScoreScale scale = ScoreScale.of(row.scale);
    for (KvVector key : row.keys) {
      int score = scale.score(row.query.dot(key), row.query.exponent(), key.exponent());
      largest = Math.max(largest, score);
    }
    return GoldenAttention.ceiling(largest);
  }

  @Property(tries = 200)
  void everyRowIsThatOfTheDefinition(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 60) int keys,
      @ForAll @IntRange(min = 0, max = 25) int octaves) {
    Row row = random(new Random(seed), keys, 8, 4, octaves);
    ScoreScale scale = ScoreScale.of(row.scale);
    double[] scores = new double[keys];
    double largest = Double.NEGATIVE_INFINITY;
    int maxExponent = Integer.MIN_VALUE;
    for (int j = 0; j < keys; j++) {
      KvVector key = row.keys.get(j);
      int score = scale.score(row.query.dot(key), row.query.exponent(), key.exponent());
      scores[j] = score / 4096.0;
      largest = Math.max(largest, scores[j]);
      maxExponent = Math.max(maxExponent, row.values.get(j).exponent());
    }
    long sum = 0;
    long[] accumulators = new long[8];
    for (int j = 0; j < keys; j++) {
      double whole = Math.floor(scores[j]);
      double power = Math.scalb((double) Exp2.of((int) ((scores[j] - whole) * 4096)), -22);
      double p = Math.floor(Math.pow(2, 20 + whole - Math.ceil(largest)) * power + 0.5);
      p = Math.min(p, (1 << 20) - 1);
      sum += (long) p;
      KvVector value = row.values.get(j);
      long folded = (long) Math.floor(p * Math.pow(2, value.exponent() - maxExponent));
      for (int i = 0; i < 8; i++) {
        accumulators[i] += folded * value.code(i);
      }
    }
    float[] golden = row.golden();
    for (int i = 0; i < 8; i++) {
      float quotient = accumulators[i] * (1f / sum);
      assertThat(golden[i]).isEqualTo(Math.scalb(quotient, maxExponent));
    }
  }

  @Property(tries = 100)
  void theOrderOfTheKeysOfASegmentDoesNotMatter(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 100) int keys) {
    Random random = new Random(seed);
    Row row = random(random, keys, 16, 3, 3);
    float[] expected = row.golden();
    long order = random.nextLong();
    Collections.shuffle(row.keys, new Random(order));
    Collections.shuffle(row.values, new Random(order));
    assertThat(row.golden()).isEqualTo(expected);
  }

  @Property(tries = 60)
  void aRowIsItsSegmentsMergedFromLeftToRight(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 1700) int keys,
      @ForAll @IntRange(min = 0, max = 30) int octaves) {
    Row row = random(new Random(seed), keys, 8, 4, octaves);
    ScoreScale scale = ScoreScale.of(row.scale);
    AttentionState left = AttentionState.empty(8);
    for (int from = 0; from < keys; from += GoldenAttention.SEGMENT) {
      int to = Math.min(keys, from + GoldenAttention.SEGMENT);
      left =
          left.merge(
              GoldenAttention.state(
                  row.query, row.keys.subList(from, to), row.values.subList(from, to), scale));
    }
    float[] merged = new float[8];
    left.normalise(merged, 0);
    assertThat(row.golden()).isEqualTo(merged);
  }

  @Property(tries = 200)
  void aStateComesBackFromMemoryAsItWas(
      @ForAll int maximum, @ForAll byte exponent, @ForAll long sum, @ForAll long seed) {
    long[] accumulators = new Random(seed).longs(64).toArray();
    AttentionState state =
        new AttentionState(maximum, exponent, sum & Long.MAX_VALUE, accumulators);
    ByteBuffer memory = ByteBuffer.allocate(8 + AttentionState.bytes(64));
    state.encode(memory, 8);
    AttentionState read = AttentionState.decode(memory, 8, 64);
    assertThat(read.maximum()).isEqualTo(maximum);
    assertThat(read.valueExponent()).isEqualTo(exponent);
    assertThat(read.sum()).isEqualTo(sum & Long.MAX_VALUE);
    assertThat(read.accumulators()).isEqualTo(accumulators);
  }

  @Test
  void statesAreMergedByShifts() {
    AttentionState low = new AttentionState(3, -4, 1 << 20, new long[] {1000, -1000, 0});
    AttentionState high = new AttentionState(5, -7, 1 << 19, new long[] {64, 64, -1});
    for (AttentionState merged : List.of(low.merge(high), high.merge(low))) {
      assertThat(merged.maximum()).isEqualTo(5);
      assertThat(merged.valueExponent()).isEqualTo(-4);
      assertThat(merged.sum()).isEqualTo((1 << 18) + (1 << 19));
      assertThat(merged.accumulators()).containsExactly(250 + 8, -250 + 8, -1);
    }
    AttentionState far = new AttentionState(60_000, -4, 1 << 19, new long[] {0, 0, 0});
    assertThat(low.merge(far).sum()).isEqualTo(1 << 19);
    assertThat(low.merge(far).accumulators()).containsExactly(0, -1, 0);
    AttentionState empty = AttentionState.empty(3);
    assertThat(empty.merge(low)).isSameAs(low);
    assertThat(low.merge(empty)).isSameAs(low);
    assertThatThrownBy(() -> low.merge(AttentionState.empty(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 and 2 elements");
    assertThatThrownBy(() -> new AttentionState(0, 0, -1, new long[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("never negative");
  }

  /**
   * Later segments have larger scores by some powers of two, up to so many that nothing is left.
   */
  @Test
  void segmentsOfRisingAndFallingScoresAreWithinTheBound() {
    for (int step : new int[] {-40, -6, -1, 1, 6, 40}) {
      Random random = new Random(step);
      Row row = random(random, 4 * GoldenAttention.SEGMENT - 5, 64, 0.5, 2);
      byte[] codes = new byte[64];
      for (int j = 0; j < row.keys.size(); j++) {
        int power = step * (j / GoldenAttention.SEGMENT) + random.nextInt(2);
        // A key that is a multiple of the query: a score of about as many powers of two.
        double unit = power / (norm(row.query.dequantise()) * row.scale * LOG2_E);
        float[] key = new float[64];
        for (int i = 0; i < key.length; i++) {
          key[i] = (float) (unit * row.query.dequantise()[i] / norm(row.query.dequantise()));
        }
        row.keys.set(j, power == 0 ? KvVector.of(codes, 0) : KvVector.quantise(key, 0, 64));
      }
      assertThat(row.relativeError()).as("step %d", step).isLessThanOrEqualTo(5e-4);
    }
  }

  @Property(tries = 100)
  void aSinkTakesItsShareOfTheSoftmax(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 700) int keys,
      @ForAll @IntRange(min = -12, max = 12) int logit) {
    Row row = random(new Random(seed), keys, 32, 1, 1);
    double sink = logit + 0.3;
    AttentionState before = AttentionSink.of(sink).state(32);
    float[] golden = new float[32];
    GoldenAttention.state(
            before, row.query, row.keys, row.values, ScoreScale.of(row.scale), ScoreModifier.NONE)
        .normalise(golden, 0);
    double[] powers = row.powers();
    double sum = Math.exp(sink);
    double[] exact = new double[32];
    for (int j = 0; j < keys; j++) {
      sum += Math.pow(2, powers[j]);
      float[] value = row.values.get(j).dequantise();
      for (int i = 0; i < exact.length; i++) {
        exact[i] += Math.pow(2, powers[j]) * value[i];
      }
    }
    for (int i = 0; i < exact.length; i++) {
      exact[i] /= sum;
    }
    // A sink that takes nearly all leaves the keys fewer bits.
    double allowed = 5e-4 + 1e-6 * Math.exp(sink) / (sum - Math.exp(sink)) * Math.sqrt(keys);
    assertThat(distance(golden, exact)).isLessThanOrEqualTo(allowed * norm(exact));
  }

  @Test
  void sinksThatAreNoScoreAreRefused() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -50_000}) {
      assertThatThrownBy(() -> AttentionSink.of(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a sink of " + bad);
    }
    assertThatThrownBy(() -> new AttentionSink(1 << 16, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maximum of a sink is 65536");
  }

  private static double norm(float[] a) {
    return distance(a, new double[a.length]);
  }

  @Test
  void oneKeyGivesItsValueButForTheRoundings() {
    Row row = random(new Random(1), 1, 64, 3, 0);
    double[] exact = row.exact();
    // p and l are the same number: only the roundings to fp32 are left.
    assertThat(distance(row.golden(), exact)).isLessThanOrEqualTo(norm(exact) * 0x1p-22);
  }

  @Test
  void aRowWithoutKeysIsZero() {
    float[] output = {1f, 2f, 3f};
    KvVector query = KvVector.quantise(new float[] {1f, 2f}, 0, 2);
    GoldenAttention.row(query, List.of(), List.of(), ScoreScale.ofHeadDimension(2), output, 1);
    assertThat(output).containsExactly(1f, 0f, 0f);
  }

  @Test
  void extremeExponentsNeitherOverflowNorFail() {
    byte[] codes = new byte[64];
    Arrays.fill(codes, (byte) 127);
    KvVector huge = KvVector.of(codes, Int8Block.MAX_EXPONENT);
    KvVector tiny = KvVector.of(codes, Int8Block.MIN_EXPONENT);
    KvVector zero = KvVector.quantise(new float[64], 0, 64);
    for (KvVector query : List.of(huge, tiny, zero)) {
      float[] output = new float[64];
      GoldenAttention.row(
          query,
          List.of(huge, tiny, zero),
          List.of(tiny, huge, zero),
          ScoreScale.ofHeadDimension(64),
          output,
          0);
      for (float value : output) {
        assertThat(value).isFinite().isGreaterThanOrEqualTo(0f);
      }
    }
    List<KvVector> full = Collections.nCopies(GoldenAttention.MAX_KEYS, huge);
    float[] output = new float[64];
    GoldenAttention.row(tiny, full, full, ScoreScale.ofHeadDimension(64), output, 0);
    assertThat(output[0] / (127 * 0x1p121f)).isBetween(0.99999f, 1.00001f);
  }

  @Test
  void shapesThatDoNotMatchAreRefused() {
    KvVector two = KvVector.quantise(new float[2], 0, 2);
    KvVector three = KvVector.quantise(new float[3], 0, 3);
    ScoreScale scale = ScoreScale.ofHeadDimension(2);
    float[] output = new float[2];
    assertThatThrownBy(() -> GoldenAttention.row(two, List.of(two), List.of(), scale, output, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 keys and 0 values");
    assertThatThrownBy(
            () ->
                GoldenAttention.row(two, List.of(two, three), List.of(two, two), scale, output, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key 1 has 3 elements");
    List<KvVector> tooMany = Collections.nCopies(GoldenAttention.MAX_KEYS + 1, two);
    assertThatThrownBy(() -> GoldenAttention.row(two, tooMany, tooMany, scale, output, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("up to 16384");
    assertThatThrownBy(() -> KvVector.of(new byte[] {-128}, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property(tries = 20_000)
  void aScoreIsTheRoundedProductAndSaturates(
      @ForAll @IntRange(min = -16129 * 256, max = 16129 * 256) int dot,
      @ForAll @IntRange(min = -126, max = 121) int eq,
      @ForAll @IntRange(min = -126, max = 121) int ek,
      @ForAll @IntRange(min = 1, max = 256) int dimension,
      @ForAll boolean central) {
    int keyExponent = central ? Math.max(-126, Math.min(121, -eq - 12 + ek / 8)) : ek;
    ScoreScale scale = ScoreScale.ofHeadDimension(dimension);
    assertThat(scale.multiplier()).isBetween(1 << 15, (1 << 16) - 1);
    double factor = Math.scalb((double) scale.multiplier(), scale.exponent());
    assertThat(Math.abs(factor * Math.sqrt(dimension) / LOG2_E - 1)).isLessThanOrEqualTo(0x1p-16);
    BigDecimal exact =
        new BigDecimal(dot)
            .multiply(new BigDecimal(factor))
            .multiply(new BigDecimal(Math.scalb(1.0, eq + keyExponent + 12)));
    BigDecimal rounded = exact.add(new BigDecimal("0.5")).setScale(0, RoundingMode.FLOOR);
    BigDecimal limit = new BigDecimal(1 << 27);
    BigDecimal expected = rounded.min(limit.subtract(BigDecimal.ONE)).max(limit.negate());
    assertThat(scale.score(dot, eq, keyExponent)).isEqualTo(expected.intValueExact());
  }

  @Test
  void softmaxScalesThatAreNoPositiveNumberAreRefused() {
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> ScoreScale.of(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("softmax scale is " + bad);
    }
    assertThatThrownBy(() -> new ScoreScale(1 << 16, 0))
        .isInstanceOf(IllegalArgumentException.class);
    // A factor that rounds up to 2^16 moves into the exponent.
    ScoreScale rounded = ScoreScale.of(Math.nextDown(1.0) / LOG2_E);
    assertThat(rounded.multiplier()).isEqualTo(1 << 15);
  }

  private static double distance(float[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < b.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  private static double norm(double[] a) {
    return distance(new float[a.length], a);
  }
}

package dev.heddle.accel.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whole rows through the four modules of the datapath, each in a simulation of its own: what leaves
 * one is handed to the next, as the engine does it.
 */
class LaneChainTest {
  private static final int DIMENSION = 64;
  private static final AttentionShape SHAPE = LaneBench.shape(DIMENSION, 64, 4, false);

  private record Scored(int score, int valueExponent) {}

  private record Weighted(int weight, int folded) {}

  private final Random random = new Random(13);

  @Test
  void everyRowIsThatOfTheGoldenModel() {
    try (LaneBench scoreLane = new LaneBench(new ScoreLane(SHAPE));
        LaneBench weightLane = new LaneBench(new WeightLane(SHAPE));
        LaneBench valueLane = new LaneBench(new ValueLane(SHAPE));
        LaneBench normaliser = new LaneBench(new Normaliser(SHAPE))) {
      for (int row = 0; row < 150; row++) {
        ScoreScale scale = ScoreScale.ofHeadDimension(DIMENSION);
        KvVector query = vector(-7, 6);
        List<KvVector> keys = new ArrayList<>();
        List<KvVector> values = new ArrayList<>();
        int count = 1 + random.nextInt(32);
        boolean allEqual = random.nextInt(8) == 0;
        for (int j = 0; j < count; j++) {
          keys.add(allEqual && j > 0 ? keys.get(0) : vector(-7, 8));
          values.add(vector(random.nextInt(10) == 0 ? 100 : -6, 12));
        }
        float[] expected = new float[DIMENSION];
        GoldenAttention.row(query, keys, values, scale, expected, 0);

        List<Scored> scores = scores(scoreLane, scale, query, keys, values);
        int ceiling = (int) scoreLane.signed("maximum_ceiling", RowMaximum.CEILING_BITS);
        int valueExponent = (int) scoreLane.signed("maximum_valueExponent", 8);
        List<Weighted> weights = weights(weightLane, scores, ceiling, valueExponent);
        sums(valueLane, weights, values);
        float[] actual = elements(normaliser, valueLane, valueExponent);
        assertThat(actual).as("row %d of %d keys", row, count).isEqualTo(expected);
      }
    }
  }

  private KvVector vector(int around, int spread) {
    int exponent = around + random.nextInt(2 * spread) - spread;
    return KvVector.of(LaneBench.codes(random, DIMENSION), exponent);
  }

  /** The scores; afterwards the lane offers the row's maximum. */
  private static List<Scored> scores(
      LaneBench lane,
      ScoreScale scale,
      KvVector query,
      List<KvVector> keys,
      List<KvVector> values) {
    lane.set("rows_codes", LaneBench.packed(query));
    lane.set("rows_shift", scale.shift(query.exponent(), 0));
    lane.set("rows_multiplier", scale.multiplier());
    List<Scored> scores = new ArrayList<>();
    for (int cycle = 0; cycle == 0 || !lane.bit("complete"); cycle++) {
      boolean valid = cycle < keys.size();
      lane.set("key_valid", valid);
      lane.set("key_first", cycle == 0);
      lane.set("key_last", cycle == keys.size() - 1);
      lane.set("rows_valid", cycle == 0);
      if (valid) {
        lane.set("codes", LaneBench.packed(keys.get(cycle)));
        lane.set("keyExponent", keys.get(cycle).exponent());
        lane.set("valueExponent", values.get(cycle).exponent());
      }
      lane.step();
      lane.settle();
      if (lane.bit("scored_key_valid")) {
        scores.add(
            new Scored(
                (int) lane.signed("scored_score", ScoreScale.SCORE_BITS),
                (int) lane.signed("scored_valueExponent", 8)));
      }
      assertThat(cycle).as("cycles without an end of the row").isLessThan(100);
    }
    return scores;
  }

  private static List<Weighted> weights(
      LaneBench lane, List<Scored> scores, int ceiling, int valueExponent) {
    lane.set("advance", true);
    lane.set("row_ceiling", ceiling);
    lane.set("row_valueExponent", valueExponent);
    List<Weighted> weights = new ArrayList<>();
    for (int cycle = 0; cycle < scores.size() + WeightLane.LATENCY; cycle++) {
      boolean valid = cycle < scores.size();
      lane.set("scored_key_valid", valid);
      lane.set("scored_key_first", cycle == 0);
      if (valid) {
        lane.set("scored_score", scores.get(cycle).score);
        lane.set("scored_valueExponent", scores.get(cycle).valueExponent);
      }
      lane.settle();
      if (lane.bit("weighted_key_valid")) {
        weights.add(
            new Weighted(
                (int) lane.unsigned("weighted_weight"), (int) lane.unsigned("weighted_folded")));
      }
      lane.step();
    }
    return weights;
  }

  /** Afterwards the lane offers the sums. */
  private static void sums(LaneBench lane, List<Weighted> weights, List<KvVector> values) {
    assertThat(weights).hasSameSizeAs(values);
    for (int cycle = 0; cycle < weights.size() + 1; cycle++) {
      boolean valid = cycle < weights.size();
      lane.set("key_key_valid", valid);
      lane.set("key_key_first", cycle == 0);
      lane.set("key_key_last", cycle == weights.size() - 1);
      if (valid) {
        lane.set("key_weight", weights.get(cycle).weight);
        lane.set("key_folded", weights.get(cycle).folded);
        lane.set("codes", LaneBench.packed(values.get(cycle)));
      }
      lane.step();
    }
    lane.settle();
    assertThat(lane.bit("complete")).isTrue();
  }

  private static float[] elements(LaneBench unit, LaneBench valueLane, int valueExponent) {
    for (int i = 0; i < DIMENSION; i++) {
      long sum = valueLane.signed("sums_accumulators_" + i, SHAPE.accumulatorBits());
      unit.set("rows_accumulators_" + i, sum);
    }
    unit.set("rows_sum", valueLane.unsigned("sums_sum"));
    unit.set("rows_row_valueExponent", valueExponent);
    unit.set("rows_valid", true);
    unit.set("parts_ready", true);
    float[] elements = new float[DIMENSION];
    int at = 0;
    for (int cycle = 0; at < DIMENSION; cycle++) {
      unit.settle();
      if (unit.bit("parts_valid")) {
        BigInteger numbers = unit.wide("parts_numbers");
        for (int i = 0; i < SHAPE.normalisers(); i++) {
          elements[at++] = Float.intBitsToFloat(numbers.shiftRight(Float.SIZE * i).intValue());
        }
      }
      unit.step();
      unit.set("rows_valid", false);
      assertThat(cycle).as("cycles without an end of the row").isLessThan(100);
    }
    return elements;
  }
}

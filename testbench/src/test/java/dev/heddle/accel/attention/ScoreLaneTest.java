package dev.heddle.accel.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KeySlope;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreCap;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.testbench.SimulationStoppedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreLaneTest {
  private static final AttentionShape SHAPE = LaneBench.shape(64, 64, 1, false);

  /** What leaves the lane in a cycle. */
  private record Scored(boolean first, boolean last, int place, int score, int valueExponent) {}

  /** What leaves it with {@code complete}. */
  private record Maximum(int ceiling, int valueExponent, int entry, int row) {}

  /** A row and how far its keys are. */
  private static final class Row {
    final ScoreScale scale;
    final KvVector query;
    final int entry;
    final int number;
    final int keys;
    final boolean allEqual;
    final ScoreCap cap;
    final KeySlope slope;
    final int origin;
    KvVector key;
    int taken;
    int largest = Integer.MIN_VALUE;
    int valueExponent = Integer.MIN_VALUE;

    Row(Random random, int dimension) {
      int exponent = random.nextInt(80) - 60;
      scale = new ScoreScale(32768 + random.nextInt(32768), exponent);
      query = KvVector.of(LaneBench.codes(random, dimension), random.nextInt(40) - 20);
      entry = random.nextInt(RowTag.ENTRIES);
      number = random.nextInt(SHAPE.rows());
      keys = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(20);
      allEqual = random.nextInt(5) == 0;
      cap = random.nextInt(4) == 0 ? ScoreCap.NONE : ScoreCap.of(1 + 127 * random.nextDouble());
      slope = random.nextInt(4) == 0 ? KeySlope.NONE : KeySlope.of(random.nextDouble());
      origin = random.nextInt(2 * SHAPE.keys());
    }

    /** The next key, whose exponent leads to shifts of every kind. */
    KvVector next(Random random) {
      if (key == null || !allEqual) {
        int around = scale.shift(query.exponent(), 0);
        int shift = random.nextInt(4) == 0 ? random.nextInt(240) - 120 : random.nextInt(45) - 16;
        int exponent = Math.max(-126, Math.min(121, around - shift));
        key = KvVector.of(LaneBench.codes(random, query.length()), exponent);
      }
      taken++;
      return key;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "64, false, false",
    "128, false, false",
    "64, true, false",
    "64, false, true",
    "128, true, true"
  })
  void everyScoreAndMaximumOfTheGoldenModelLeavesOnTime(
      int dimension, boolean alibi, boolean caps) {
    Random random = new Random(dimension);
    AttentionShape plain = LaneBench.shape(dimension, 64, 1, false);
    AttentionShape rising = alibi ? plain.withAlibi() : plain;
    AttentionShape shape = caps ? rising.withCaps() : rising;
    int latency = ScoreLane.latency(shape);
    Map<Long, Scored> scores = new HashMap<>();
    Map<Long, Maximum> maxima = new HashMap<>();
    int saturated = 0;
    int capped = 0;
    try (LaneBench lane = new LaneBench(new ScoreLane(shape))) {
      Row row = null;
      for (long cycle = 0; cycle < 8000; cycle++) {
        if (row == null) {
          row = new Row(random, dimension);
        }
        boolean valid = random.nextInt(8) != 0;
        boolean first = row.taken == 0;
        lane.set("key_valid", valid);
        lane.set("rows_valid", first && (valid || random.nextBoolean()));
        lane.set("rows_codes", LaneBench.packed(row.query));
        lane.set("rows_shift", row.scale.shift(row.query.exponent(), 0));
        lane.set("rows_multiplier", row.scale.multiplier());
        if (caps) {
          lane.set("rows_cap_limit", row.cap.limit());
          lane.set("rows_cap_inverse", row.cap.inverse());
        }
        if (alibi) {
          lane.set("rows_slope_steps", row.slope.steps());
          lane.set("rows_slope_origin", row.origin);
        }
        lane.set("rows_tag_entry", row.entry);
        lane.set("rows_tag_row", row.number);
        if (valid) {
          KvVector key = row.next(random);
          int valueExponent = random.nextInt(256) - 128;
          boolean last = row.taken == row.keys;
          int place = random.nextInt(2 * shape.keys());
          lane.set("key_first", first);
          lane.set("key_last", last);
          lane.set("key_place", place);
          lane.set("codes", LaneBench.packed(key));
          lane.set("keyExponent", key.exponent());
          lane.set("valueExponent", valueExponent);
          int plainScore =
              row.scale.score(row.query.dot(key), row.query.exponent(), key.exponent());
          int unbiased = caps ? row.cap.capped(plainScore) : plainScore;
          capped += unbiased == plainScore ? 0 : 1;
          int number = Math.floorMod(place - row.origin, 2 * shape.keys());
          int score = alibi ? ScoreScale.saturated(unbiased + row.slope.bias(number)) : unbiased;
          saturated += Math.abs(score) > (1 << 27) - 2 ? 1 : 0;
          scores.put(cycle + latency, new Scored(first, last, place, score, valueExponent));
          row.largest = Math.max(row.largest, score);
          row.valueExponent = Math.max(row.valueExponent, valueExponent);
          if (last) {
            maxima.put(
                cycle + latency + 1,
                new Maximum(
                    GoldenAttention.ceiling(row.largest),
                    row.valueExponent,
                    row.entry,
                    row.number));
            row = null;
          }
        } else {
          lane.set("key_first", random.nextBoolean());
          lane.set("codes", LaneBench.codes(random, dimension));
        }
        lane.settle();
        assertThat(lane.bit("rows_ready")).isEqualTo(valid && first);
        Scored scored = lane.bit("scored_key_valid") ? scored(lane) : null;
        assertThat(scored).as("cycle %d", cycle).isEqualTo(scores.remove(cycle));
        Maximum maximum = lane.bit("complete") ? maximum(lane) : null;
        assertThat(maximum).as("cycle %d", cycle).isEqualTo(maxima.remove(cycle));
        lane.step();
      }
    }
    assertThat(saturated).as("saturated scores").isGreaterThan(100);
    assertThat(capped > 100).as("%d capped scores", capped).isEqualTo(caps);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 512, 513, 1024, 1100})
  void rowsAreCutIntoSegmentsEachWithItsMaximum(int keys) {
    Random random = new Random(keys);
    AttentionShape shape = new AttentionShape(1, 64, 64, 2, 1024, 1024, 1, 64);
    ScoreScale scale = ScoreScale.ofHeadDimension(64);
    List<String> expected = new ArrayList<>();
    List<String> actual = new ArrayList<>();
    try (LaneBench lane = new LaneBench(new ScoreLane(shape))) {
      lane.set("rows_valid", true);
      lane.set("rows_multiplier", scale.multiplier());
      for (int row = 0; row < 2; row++) {
        KvVector query = KvVector.of(LaneBench.codes(random, 64), 0);
        lane.set("rows_codes", LaneBench.packed(query));
        lane.set("rows_shift", scale.shift(0, 0));
        lane.set("rows_tag_row", row);
        int largest = Integer.MIN_VALUE;
        for (int j = 0; j < keys; j++) {
          while (random.nextInt(9) == 0) {
            lane.set("key_valid", false);
            cut(lane, actual);
          }
          KvVector key = KvVector.of(LaneBench.codes(random, 64), random.nextInt(12) - 20);
          boolean first = j % GoldenAttention.SEGMENT == 0;
          boolean last = j == keys - 1 || (j + 1) % GoldenAttention.SEGMENT == 0;
          lane.set("key_valid", true);
          lane.set("key_first", j == 0);
          lane.set("key_last", j == keys - 1);
          lane.set("keyExponent", key.exponent());
          lane.set("codes", LaneBench.packed(key));
          lane.settle();
          assertThat(lane.bit("rows_ready")).isEqualTo(j == 0);
          int score = scale.score(query.dot(key), 0, key.exponent());
          largest = first ? score : Math.max(largest, score);
          if (first) {
            expected.add("first");
          }
          if (last) {
            expected.add("last");
            expected.add(
                "row %d, ceiling %d, goes on %s"
                    .formatted(row, GoldenAttention.ceiling(largest), j < keys - 1));
          }
          cut(lane, actual);
        }
      }
      lane.set("key_valid", false);
      for (int cycle = 0; cycle <= ScoreLane.latency(shape) + 1; cycle++) {
        cut(lane, actual);
      }
    }
    assertThat(actual).isEqualTo(expected);
  }

  /** A cycle; notes where segments begin and end. */
  private static void cut(LaneBench lane, List<String> seen) {
    lane.settle();
    if (lane.bit("complete")) {
      seen.add(
          "row %d, ceiling %d, goes on %s"
              .formatted(
                  lane.unsigned("maximum_tag_row"),
                  lane.signed("maximum_ceiling", RowMaximum.CEILING_BITS),
                  lane.bit("maximum_continuation_goesOn")));
    }
    boolean key = lane.bit("scored_key_valid");
    if (key && lane.bit("scored_key_first")) {
      seen.add("first");
    }
    if (key && lane.bit("scored_key_last")) {
      seen.add("last");
    }
    lane.step();
  }

  @Test
  void aFirstKeyWithoutItsQueryIsReported() {
    try (LaneBench lane = new LaneBench(new ScoreLane(SHAPE))) {
      lane.set("key_valid", true);
      lane.set("key_first", true);
      lane.set("rows_valid", false);
      assertThatThrownBy(lane::step).isInstanceOf(SimulationStoppedException.class);
      assertThat(lane.log()).contains("before its query");
    }
  }

  private static Scored scored(LaneBench lane) {
    return new Scored(
        lane.bit("scored_key_first"),
        lane.bit("scored_key_last"),
        (int) lane.unsigned("scored_key_place"),
        (int) lane.signed("scored_score", ScoreScale.SCORE_BITS),
        (int) lane.signed("scored_valueExponent", 8));
  }

  private static Maximum maximum(LaneBench lane) {
    return new Maximum(
        (int) lane.signed("maximum_ceiling", RowMaximum.CEILING_BITS),
        (int) lane.signed("maximum_valueExponent", 8),
        (int) lane.unsigned("maximum_tag_entry"),
        (int) lane.unsigned("maximum_tag_row"));
  }
}

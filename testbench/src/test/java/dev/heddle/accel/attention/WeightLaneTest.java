package dev.heddle.accel.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.Rounding;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.testbench.SimulationStoppedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WeightLaneTest {
  private static final int LARGEST_SCORE = (1 << (ScoreScale.SCORE_BITS - 1)) - 1;
  private static final int LARGEST_WEIGHT = (1 << GoldenAttention.WEIGHT_BITS) - 1;

  /** What leaves the lane; nothing but {@code valid} counts where it is false. */
  private record Weighted(
      boolean valid,
      boolean first,
      boolean last,
      int place,
      int weight,
      int folded,
      int ceiling,
      int valueExponent,
      int row) {}

  private static final Weighted NONE = new Weighted(false, false, false, 0, 0, 0, 0, 0, 0);

  private final Random random = new Random(7);
  private final List<Weighted> entered = new ArrayList<>();
  private LaneBench lane;

  @BeforeEach
  void start() {
    lane = new LaneBench(new WeightLane(LaneBench.shape(64, 64, 1, false)));
    for (int i = 0; i < WeightLane.LATENCY; i++) {
      entered.add(NONE);
    }
  }

  @AfterEach
  void stop() {
    lane.close();
  }

  @Test
  void everyWeightOfTheGoldenModelLeavesAfterFourAdvances() {
    int largest = 0;
    int lost = 0;
    for (int number = 0; number < 600; number++) {
      int[] scores = scores(random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(20));
      int maximum = Arrays.stream(scores).max().orElseThrow();
      int ceiling = GoldenAttention.ceiling(maximum);
      int valueExponent = random.nextInt(247) - 126;
      int row = random.nextInt(64);
      for (int j = 0; j < scores.length; j++) {
        while (random.nextInt(8) == 0) {
          pass(NONE, 0, 0, random.nextBoolean());
        }
        int drop = random.nextInt(3) == 0 ? random.nextInt(255) : random.nextInt(24);
        int exponent = Math.max(-126, valueExponent - drop);
        int weight = GoldenAttention.weight(scores[j], ceiling);
        int folded = (int) Rounding.floorShift(weight, valueExponent - exponent);
        largest += weight == LARGEST_WEIGHT ? 1 : 0;
        lost += weight != 0 && folded == 0 ? 1 : 0;
        Weighted expected =
            new Weighted(
                true,
                j == 0,
                j == scores.length - 1,
                random.nextInt(128),
                weight,
                folded,
                ceiling,
                valueExponent,
                row);
        while (random.nextInt(5) == 0) {
          pass(expected, scores[j], exponent, false);
        }
        pass(expected, scores[j], exponent, true);
      }
    }
    assertThat(largest).as("weights of 2^20 - 1").isGreaterThan(100);
    assertThat(lost).as("weights that are folded to nothing").isGreaterThan(100);
  }

  @Test
  void aSweepOverEveryDistanceToTheMaximumIsExact() {
    int ceiling = -3;
    for (int distance = 0; distance < 24 << ScoreScale.FRACTION_BITS; distance += 11) {
      int score = (ceiling << ScoreScale.FRACTION_BITS) - distance;
      int weight = GoldenAttention.weight(score, ceiling);
      pass(
          new Weighted(true, distance == 0, false, 1, weight, weight >> 1, ceiling, 5, 2),
          score,
          4,
          true);
    }
  }

  @Test
  void aKeyAboveTheMaximumIsReported() {
    Weighted first = new Weighted(true, true, false, 0, 0, 0, 4, 0, 0);
    assertThatThrownBy(() -> pass(first, (5 << ScoreScale.FRACTION_BITS), 0, true))
        .isInstanceOf(SimulationStoppedException.class);
    assertThat(lane.log()).contains("above the maximum");
  }

  /** Scores of a row: equal, close to one another, or anywhere. */
  private int[] scores(int count) {
    int base = random.nextInt(2 * LARGEST_SCORE) - LARGEST_SCORE;
    int spread =
        switch (random.nextInt(5)) {
          case 0 -> 1;
          case 1 -> 1 << 13;
          case 2 -> 1 << 17;
          case 3 -> LARGEST_SCORE;
          default -> 1 << 15;
        };
    int whole = random.nextInt(3);
    int[] scores = new int[count];
    for (int i = 0; i < count; i++) {
      long score = base + (long) random.nextInt(spread);
      score = whole == 0 ? score >> ScoreScale.FRACTION_BITS << ScoreScale.FRACTION_BITS : score;
      scores[i] = (int) Math.max(-LARGEST_SCORE - 1, Math.min(LARGEST_SCORE, score));
    }
    if (random.nextInt(10) == 0) {
      scores[0] = LARGEST_SCORE;
      scores[count - 1] = -LARGEST_SCORE - 1;
    }
    return scores;
  }

  /** One cycle; what leaves in it is what entered as many advances ago as the latency. */
  private void pass(Weighted key, int score, int valueExponent, boolean advance) {
    boolean read = key.valid && key.first;
    lane.set("advance", advance);
    lane.set("scored_key_valid", key.valid);
    lane.set("scored_key_first", key.valid ? key.first : random.nextBoolean());
    lane.set("scored_key_last", key.last);
    lane.set("scored_key_place", key.place);
    lane.set("scored_score", score);
    lane.set("scored_valueExponent", valueExponent);
    lane.set("row_ceiling", read ? key.ceiling : 0x1234);
    lane.set("row_valueExponent", read ? key.valueExponent : random.nextInt(256) - 128);
    lane.set("row_tag_entry", key.row & 3);
    lane.set("row_tag_row", read ? key.row : 0);
    lane.settle();
    Weighted expected = entered.get(entered.size() - WeightLane.LATENCY);
    assertThat(lane.bit("weighted_key_valid")).isEqualTo(expected.valid);
    if (expected.valid) {
      assertThat(weighted()).as("key %d", entered.size()).isEqualTo(expected);
    }
    lane.step();
    if (advance) {
      entered.add(key);
    }
  }

  private Weighted weighted() {
    return new Weighted(
        true,
        lane.bit("weighted_key_first"),
        lane.bit("weighted_key_last"),
        (int) lane.unsigned("weighted_key_place"),
        (int) lane.unsigned("weighted_weight"),
        (int) lane.unsigned("weighted_folded"),
        (int) lane.signed("weighted_row_ceiling", RowMaximum.CEILING_BITS),
        (int) lane.signed("weighted_row_valueExponent", 8),
        (int) lane.unsigned("weighted_row_tag_row"));
  }
}

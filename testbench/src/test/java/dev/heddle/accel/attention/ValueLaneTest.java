package dev.heddle.accel.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.GoldenAttention;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValueLaneTest {
  private static final int DIMENSION = 64;
  private static final int LARGEST_WEIGHT = (1 << GoldenAttention.WEIGHT_BITS) - 1;

  private final Random random = new Random(11);
  private long[] accumulators = new long[DIMENSION];
  private long sum;

  @Test
  void theExactSumsOfEachRowAreThereTwoCyclesAfterItsLastKey() {
    try (LaneBench lane = lane(64)) {
      for (int row = 0; row < 300; row++) {
        int keys = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(12);
        for (int j = 0; j < keys; j++) {
          while (random.nextInt(6) == 0) {
            idle(lane);
          }
          boolean extreme = random.nextInt(4) == 0;
          int weight = extreme ? LARGEST_WEIGHT : random.nextInt(LARGEST_WEIGHT + 1);
          int folded = extreme ? weight : weight >> random.nextInt(22);
          key(lane, j == 0, j == keys - 1, weight, folded, codes());
        }
        if (random.nextBoolean()) {
          expectAfter(lane, row);
        } else {
          // The next row begins in the cycle after the last key of this one.
          expectWithNextRow(lane, row);
        }
      }
    }
  }

  @Test
  void theLongestRowOfExtremesFitsTheSums() {
    int scores = 1024;
    for (byte code : new byte[] {127, -127}) {
      reset();
      try (LaneBench lane = lane(scores)) {
        byte[] codes = new byte[DIMENSION];
        Arrays.fill(codes, code);
        for (int j = 0; j < scores; j++) {
          key(lane, j == 0, j == scores - 1, LARGEST_WEIGHT, LARGEST_WEIGHT, codes);
        }
        assertThat(sum).isEqualTo((long) scores * LARGEST_WEIGHT);
        expectAfter(lane, scores);
      }
    }
  }

  private int scores;

  private LaneBench lane(int scores) {
    this.scores = scores;
    return new LaneBench(new ValueLane(LaneBench.shape(DIMENSION, scores, 1, false)));
  }

  private byte[] codes() {
    return LaneBench.codes(random, DIMENSION);
  }

  private void idle(LaneBench lane) {
    lane.set("key_key_valid", false);
    lane.set("key_key_first", random.nextBoolean());
    lane.set("key_weight", random.nextInt(LARGEST_WEIGHT));
    lane.set("codes", codes());
    cycle(lane, false);
  }

  private void key(
      LaneBench lane, boolean first, boolean last, int weight, int folded, byte[] codes) {
    drive(lane, first, last, weight, folded, codes);
    cycle(lane, false);
  }

  private void drive(
      LaneBench lane, boolean first, boolean last, int weight, int folded, byte[] codes) {
    lane.set("key_key_valid", true);
    lane.set("key_key_first", first);
    lane.set("key_key_last", last);
    lane.set("key_weight", weight);
    lane.set("key_folded", folded);
    lane.set("key_row_valueExponent", last ? -5 : 6);
    lane.set("codes", codes);
    if (first) {
      reset();
    }
    sum += weight;
    for (int i = 0; i < DIMENSION; i++) {
      accumulators[i] += (long) folded * codes[i];
    }
    lane.set("key_row_ceiling", last ? sum & 0xfff : 3);
  }

  private void reset() {
    accumulators = new long[DIMENSION];
    sum = 0;
  }

  private static void cycle(LaneBench lane, boolean complete) {
    lane.settle();
    assertThat(lane.bit("complete")).isEqualTo(complete);
    lane.step();
  }

  /** Two idle cycles, in the second of which the row is complete. */
  private void expectAfter(LaneBench lane, int row) {
    idle(lane);
    lane.set("key_key_valid", false);
    lane.settle();
    expect(lane, row, accumulators, sum);
    lane.step();
  }

  /** The first two keys of another row, in the second of which this one is complete. */
  private void expectWithNextRow(LaneBench lane, int row) {
    long[] expected = accumulators;
    long expectedSum = sum;
    key(lane, true, false, 77, 5, codes());
    drive(lane, false, true, 8, 8, codes());
    lane.settle();
    expect(lane, row, expected, expectedSum);
    lane.step();
    expectAfter(lane, row);
  }

  private void expect(LaneBench lane, int row, long[] expected, long expectedSum) {
    AttentionShape shape = LaneBench.shape(DIMENSION, scores, 1, false);
    assertThat(lane.bit("complete")).as("row %d", row).isTrue();
    long[] actual = new long[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      actual[i] = lane.signed("sums_accumulators_" + i, shape.accumulatorBits());
    }
    assertThat(actual).as("row %d", row).isEqualTo(expected);
    assertThat(lane.unsigned("sums_sum")).as("row %d", row).isEqualTo(expectedSum);
    assertThat(lane.unsigned("sums_row_ceiling")).isEqualTo(expectedSum & 0xfff);
    assertThat(lane.signed("sums_row_valueExponent", 8)).isEqualTo(-5);
  }
}

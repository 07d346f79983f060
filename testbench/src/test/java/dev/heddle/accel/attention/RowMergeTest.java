package dev.heddle.accel.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowMergeTest {
  private static final int DIMENSION = 64;
  private static final int MOST_SEGMENTS = 4;

  /** A segment as a lane gives it. */
  private record Segment(int lane, int tag, AttentionState sums, boolean goesOn) {}

  private final Random random = new Random(7);

  private static AttentionShape shape(int lanes, int normalisers) {
    return new AttentionShape(lanes, DIMENSION, DIMENSION, 2, 2048, 1024, normalisers, 64);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4})
  void everyRowIsItsSegmentsMergedFromLeftToRight(int lanes) {
    AttentionShape shape = shape(lanes, lanes == 4 ? 2 : 8);
    List<Deque<Segment>> waiting = new ArrayList<>();
    List<AttentionState> expected = new ArrayList<>();
    for (int lane = 0; lane < lanes; lane++) {
      waiting.add(new ArrayDeque<>());
    }
    int rows = 64;
    int cut = 0;
    for (int row = 0; row < rows; row++) {
      int lane = random.nextInt(lanes);
      int segments = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(MOST_SEGMENTS);
      cut += segments > 1 ? 1 : 0;
      AttentionState whole = AttentionState.empty(DIMENSION);
      int around = random.nextInt(100) - 50;
      for (int i = 0; i < segments; i++) {
        AttentionState sums = sums(shape, around);
        whole = whole.merge(sums);
        waiting.get(lane).add(new Segment(lane, row, sums, i < segments - 1));
      }
      expected.add(whole);
    }
    assertThat(cut).isGreaterThan(rows / 3);
    try (LaneBench unit = new LaneBench(new RowMerge(shape))) {
      Segment offered = null;
      int left = rows;
      for (int cycle = 0; left > 0; cycle++) {
        assertThat(cycle).as("cycles").isLessThan(20000);
        if (offered == null && random.nextInt(4) != 0) {
          offered = waiting.get(random.nextInt(lanes)).poll();
          if (offered != null) {
            drive(unit, offered);
          }
        }
        unit.set("segments_valid", offered != null);
        unit.set("rows_ready", random.nextInt(3) == 0);
        unit.settle();
        if (unit.bit("rows_valid") && unit.bit("rows_ready")) {
          int row = (int) unit.unsigned("rows_row_tag_row");
          expect(unit, shape, row, expected.get(row));
          left--;
        }
        if (unit.bit("segments_valid") && unit.bit("segments_ready")) {
          offered = null;
        }
        unit.step();
      }
    }
  }

  @Test
  void rowsOfOneSegmentPassInTheSameCycleAlsoWhileOthersAreMerged() {
    AttentionShape shape = shape(2, 8);
    try (LaneBench unit = new LaneBench(new RowMerge(shape))) {
      unit.set("rows_ready", true);
      for (int row = 0; row < 5; row++) {
        pass(unit, shape, row);
      }
      drive(unit, new Segment(1, 9, sums(shape, 0), true));
      unit.set("segments_valid", true);
      unit.settle();
      assertThat(unit.bit("segments_ready")).isTrue();
      assertThat(unit.bit("rows_valid")).isFalse();
      unit.step();
      for (int cycle = 0; cycle < 2 * DIMENSION; cycle++) {
        pass(unit, shape, cycle & 7);
      }
    }
  }

  private void pass(LaneBench unit, AttentionShape shape, int row) {
    Segment whole = new Segment(0, row, sums(shape, 0), false);
    drive(unit, whole);
    unit.set("segments_valid", true);
    unit.settle();
    assertThat(unit.bit("segments_ready")).isTrue();
    assertThat(unit.bit("rows_valid")).isTrue();
    expect(unit, shape, row, whole.sums);
    unit.step();
  }

  /** Sums whose ceiling is near that of others, or far from it; some of extreme size. */
  private AttentionState sums(AttentionShape shape, int around) {
    int far = 1 << (RowMaximum.CEILING_BITS - 2);
    int ceiling =
        random.nextInt(6) == 0 ? random.nextInt(2 * far) - far : around + random.nextInt(24);
    int exponent = random.nextInt(3) == 0 ? random.nextInt(248) - 126 : random.nextInt(12);
    int bits = shape.segmentAccumulatorBits();
    long most = (1L << (bits - 1)) - 1;
    long[] accumulators = new long[DIMENSION];
    boolean extreme = random.nextInt(4) == 0;
    for (int i = 0; i < DIMENSION; i++) {
      long any = random.nextLong() >> (Long.SIZE - bits + random.nextInt(bits));
      accumulators[i] = extreme ? random.nextBoolean() ? most : -most : any;
    }
    long mostSum = (1L << shape.segmentSumBits()) - 1;
    long sum = extreme ? mostSum : 1 + random.nextLong(mostSum);
    return new AttentionState(ceiling, exponent, sum, accumulators);
  }

  private static void drive(LaneBench unit, Segment segment) {
    unit.set("segments_lane", segment.lane);
    unit.set("segments_sums_sum", segment.sums.sum());
    long[] accumulators = segment.sums.accumulators();
    for (int i = 0; i < DIMENSION; i++) {
      unit.set("segments_sums_accumulators_" + i, accumulators[i]);
    }
    unit.set("segments_sums_row_ceiling", segment.sums.maximum());
    unit.set("segments_sums_row_valueExponent", segment.sums.valueExponent());
    unit.set("segments_sums_row_tag_row", segment.tag);
    unit.set("segments_sums_row_continuation_goesOn", segment.goesOn);
  }

  private static void expect(LaneBench unit, AttentionShape shape, int row, AttentionState state) {
    long[] actual = new long[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      actual[i] = unit.signed("rows_accumulators_" + i, shape.accumulatorBits());
    }
    assertThat(actual).as("row %d", row).isEqualTo(state.accumulators());
    assertThat(unit.unsigned("rows_sum")).as("row %d", row).isEqualTo(state.sum());
    assertThat(unit.signed("rows_row_ceiling", RowMaximum.CEILING_BITS))
        .as("row %d", row)
        .isEqualTo(state.maximum());
    assertThat(unit.signed("rows_row_valueExponent", 8))
        .as("row %d", row)
        .isEqualTo(state.valueExponent());
  }
}

package dev.heddle.accel.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.Fp32;
import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.format.WeightFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NormaliserTest {
  private static final int DIMENSION = 64;

  /** The sums of a row. */
  private record Row(long[] accumulators, long sum, int valueExponent, int entry, int number) {
    /** The elements, as the golden model has them. */
    float[] elements() {
      float unit = Math.scalb(1f, valueExponent);
      float inverse = sum == 0 ? 0f : Fp32.reciprocal(Fp32.fromAccumulator(sum, 0));
      float[] elements = new float[accumulators.length];
      for (int i = 0; i < elements.length; i++) {
        float quotient = Fp32.mul(Fp32.fromAccumulator(accumulators[i], 0), inverse);
        elements[i] = Fp32.mul(quotient, unit);
      }
      return elements;
    }
  }

  private final Random random = new Random(3);
  private final Deque<Row> entered = new ArrayDeque<>();
  private AttentionShape shape;
  private LaneBench unit;
  private int part;
  private int flushed;
  private int saturated;

  @Test
  void wholeRowsWithCodesAreThoseOfTheGoldenModel() {
    shape = LaneBench.shape(DIMENSION, 16384, 64, true);
    try (LaneBench bench = new LaneBench(new Normaliser(shape))) {
      unit = bench;
      pass(400);
      assertThat(flushed).as("elements flushed to zero").isGreaterThan(100);
      assertThat(saturated).as("elements that saturate").isGreaterThan(100);
      firstPartComesOnTime();
      rowsFollowWithoutAGap();
    }
  }

  @Test
  void rowsInSixteenPartsAreThoseOfTheGoldenModel() {
    shape = LaneBench.shape(DIMENSION, 64, 4, false);
    try (LaneBench bench = new LaneBench(new Normaliser(shape))) {
      unit = bench;
      pass(100);
      firstPartComesOnTime();
      rowsFollowWithoutAGap();
    }
  }

  /** Rows and a reader that come and go at random; every part is compared. */
  private void pass(int rows) {
    Row offered = null;
    int left = rows;
    for (int cycle = 0; left > 0 || !entered.isEmpty(); cycle++) {
      assertThat(cycle).as("cycles").isLessThan(20000);
      boolean eager = (cycle >> 7) % 2 == 0;
      if (offered == null && left > 0 && (eager || random.nextInt(10) == 0)) {
        offered = row();
        left--;
        drive(offered);
      }
      unit.set("rows_valid", offered != null);
      unit.set("parts_ready", random.nextInt((cycle >> 8) % 2 == 0 ? 6 : 2) == 0);
      if (cycle()) {
        offered = null;
      }
    }
    unit.set("rows_valid", false);
  }

  private void firstPartComesOnTime() {
    Row row = row();
    drive(row);
    unit.set("parts_ready", true);
    unit.set("rows_valid", true);
    assertThat(cycle()).isTrue();
    unit.set("rows_valid", false);
    for (int cycle = 1; cycle < Normaliser.latency(shape); cycle++) {
      assertThat(unit.bit("parts_valid")).as("cycle %d", cycle).isFalse();
      cycle();
    }
    unit.settle();
    assertThat(unit.bit("parts_valid")).as("a part after the latency").isTrue();
    while (!entered.isEmpty()) {
      cycle();
    }
  }

  private void rowsFollowWithoutAGap() {
    int rows = 64;
    int parts = DIMENSION / shape.normalisers();
    int sent = 0;
    unit.set("parts_ready", true);
    int cycles = 0;
    for (; sent < rows || !entered.isEmpty(); cycles++) {
      drive(row());
      unit.set("rows_valid", sent < rows);
      sent += cycle() ? 1 : 0;
    }
    unit.set("rows_valid", false);
    assertThat(cycles).isEqualTo(Normaliser.latency(shape) + rows * parts);
  }

  private Row driven;

  private void drive(Row row) {
    driven = row;
    for (int i = 0; i < DIMENSION; i++) {
      unit.set("rows_accumulators_" + i, row.accumulators[i]);
    }
    unit.set("rows_sum", row.sum);
    unit.set("rows_row_valueExponent", row.valueExponent);
    unit.set("rows_row_tag_entry", row.entry);
    unit.set("rows_row_tag_row", row.number);
  }

  /** One cycle; whether a row has entered in it. */
  private boolean cycle() {
    unit.settle();
    boolean taken = unit.bit("rows_valid") && unit.bit("rows_ready");
    if (unit.bit("parts_valid") && unit.bit("parts_ready")) {
      expectPart();
    }
    unit.step();
    if (taken) {
      entered.add(driven);
    }
    return taken;
  }

  private void expectPart() {
    Row row = entered.element();
    float[] elements = row.elements();
    int count = shape.normalisers();
    int from = part * count;
    long[] bits = new long[count];
    for (int i = 0; i < count; i++) {
      float element = elements[from + i];
      bits[i] = Integer.toUnsignedLong(Float.floatToRawIntBits(element));
      flushed += element == 0f && row.accumulators[from + i] != 0 ? 1 : 0;
      saturated += Math.abs(element) == Float.MAX_VALUE ? 1 : 0;
    }
    assertThat(unit.wide("parts_numbers").toString(16))
        .as("part %d of %s", part, row)
        .isEqualTo(LaneBench.packed(Float.SIZE, bits).toString(16));
    if (shape.blocks()) {
      expectCodes(elements, from, count);
    }
    boolean last = from + count == DIMENSION;
    assertThat(unit.bit("parts_last")).isEqualTo(last);
    assertThat(unit.unsigned("parts_tag_entry")).isEqualTo(row.entry);
    assertThat(unit.unsigned("parts_tag_row")).isEqualTo(row.number);
    part = last ? 0 : part + 1;
    if (last) {
      entered.remove();
    }
  }

  private void expectCodes(float[] elements, int from, int count) {
    byte[] codes = new byte[count];
    List<Long> exponents = new ArrayList<>();
    for (int at = 0; at < count; at += WeightFormat.BLOCK) {
      int start = from + at;
      exponents.add(
          (long) Int8Block.quantise(elements, start, start + WeightFormat.BLOCK, codes, at));
    }
    assertThat(unit.wide("parts_codes")).isEqualTo(LaneBench.packed(codes));
    long[] bytes = exponents.stream().mapToLong(exponent -> exponent & 0xff).toArray();
    assertThat(unit.wide("parts_exponents")).isEqualTo(LaneBench.packed(8, bytes));
  }

  /** A row with sums of any size; some with one key of weight one, the largest sum, or no key. */
  private Row row() {
    long most = (1L << shape.sumBits()) - 1;
    long any = 1 + (random.nextLong() & most >> random.nextInt(shape.sumBits()));
    long sum =
        switch (random.nextInt(6)) {
          case 0 -> 1;
          case 1 -> most;
          case 2 -> 1L << random.nextInt(shape.sumBits());
          default -> Math.min(any, most);
        };
    int valueExponent =
        switch (random.nextInt(4)) {
          case 0 -> -126 + random.nextInt(4);
          case 1 -> 121 - random.nextInt(12);
          default -> random.nextInt(248) - 126;
        };
    boolean empty = random.nextInt(20) == 0;
    long[] accumulators = new long[DIMENSION];
    for (int i = 0; i < DIMENSION && !empty; i++) {
      int bits = shape.accumulatorBits();
      long value = random.nextLong() >> (Long.SIZE - bits + random.nextInt(bits));
      long extreme = (1L << (bits - 1)) - 1;
      accumulators[i] =
          switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> extreme;
            case 2 -> -extreme;
            case 3 -> -1;
            default -> value;
          };
    }
    int entry = random.nextInt(RowTag.ENTRIES);
    return new Row(accumulators, empty ? 0 : sum, valueExponent, entry, random.nextInt(64));
  }
}

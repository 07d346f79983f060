package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class QuantisedMatrixTest {
  @Property(tries = 300)
  void aFileIsTakenCodeForCode(
      @ForAll WeightFormat format,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 5) int blocks) {
    ByteBuffer file = randomFile(new Random(seed), format, rows * blocks);
    file.position(7);
    QuantisedMatrix matrix = QuantisedMatrix.fromFile(format, file, rows, 32 * blocks);
    assertThat(file.position()).isEqualTo(7);
    for (int row = 0; row < rows; row++) {
      float[] values = matrix.dequantise(row);
      for (int i = 0; i < 32 * blocks; i++) {
        int at = 7 + (row * blocks + i / 32) * format.blockBytes();
        assertThat(values[i]).isEqualTo(fileValue(format, file, at, i % 32));
      }
    }
  }

  /** The value of an element as the GGUF format defines it, read straight from the bytes. */
  private static float fileValue(WeightFormat format, ByteBuffer file, int at, int i) {
    float d = Fp16.toFloat(file.getShort(at));
    int nibbles = at + (format == WeightFormat.Q4_1 ? 4 : 2) + i % 16;
    int nibble = format == WeightFormat.Q8_0 ? 0 : (file.get(nibbles) & 0xff) >> (i / 16 * 4) & 15;
    return switch (format) {
      case Q8_0 -> file.get(at + 2 + i) * d;
      case Q4_0 -> (nibble - 8) * d;
      case Q4_1 -> nibble * d + Fp16.toFloat(file.getShort(at + 2));
    };
  }

  static ByteBuffer randomFile(Random random, WeightFormat format, int blocks) {
    ByteBuffer file =
        ByteBuffer.allocate(7 + blocks * format.blockBytes() + 5).order(ByteOrder.LITTLE_ENDIAN);
    random.nextBytes(file.array());
    for (int b = 0; b < blocks; b++) {
      for (int s = 0; s < format.scalesPerBlock(); s++) {
        int at = 7 + b * format.blockBytes() + 2 * s;
        file.putShort(at, (short) finiteScale(random));
      }
    }
    return file;
  }

  /** Any finite binary16 number whose product with a code is a normal float. */
  static int finiteScale(Random random) {
    int bits = random.nextInt(1 << 16);
    return Fp16.isFinite(bits) ? bits : bits & 0x83ff;
  }

  @Test
  void aScaleThatIsNotFiniteIsRefusedWithItsPlace() {
    ByteBuffer file = randomFile(new Random(3), WeightFormat.Q8_0, 6).position(7).slice();
    file.order(ByteOrder.LITTLE_ENDIAN).putShort(34 * 5, (short) 0x7c00);
    assertThatThrownBy(() -> QuantisedMatrix.fromFile(WeightFormat.Q8_0, file, 2, 96))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scale of row 1, block 2")
        .hasMessageContaining("0x7c00");
    ByteBuffer mins = randomFile(new Random(3), WeightFormat.Q4_1, 2).position(7).slice();
    mins.order(ByteOrder.LITTLE_ENDIAN).putShort(2, (short) 0x7e01);
    assertThatThrownBy(() -> QuantisedMatrix.fromFile(WeightFormat.Q4_1, mins, 2, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("minimum of row 0, block 0");
  }

  @Test
  void aShortBufferAndBrokenBlocksAreRefused() {
    assertThatThrownBy(
            () -> QuantisedMatrix.fromFile(WeightFormat.Q4_0, ByteBuffer.allocate(35), 2, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes 36 bytes, but there are 35");
    assertThatThrownBy(
            () -> QuantisedMatrix.fromFile(WeightFormat.Q4_0, ByteBuffer.allocate(99), 2, 33))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 33 columns");
    assertThatThrownBy(
            () -> QuantisedMatrix.fromFile(WeightFormat.Q4_0, ByteBuffer.allocate(99), 0, 32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                QuantisedMatrix.fromFile(
                    WeightFormat.Q4_0, ByteBuffer.allocate(99), 1 << 20, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("split its rows");
  }

  @Property(tries = 500)
  void quantisingStaysWithinAStepOfEachElement(
      @ForAll WeightFormat format,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 100) int columns) {
    Random random = new Random(seed);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    QuantisedMatrix matrix = QuantisedMatrix.quantise(format, values, rows, columns);
    assertThat(matrix.columns()).isEqualTo(columns);
    for (int row = 0; row < rows; row++) {
      float[] back = matrix.dequantise(row);
      for (int i = 0; i < columns; i++) {
        // Half a step, and what rounding scale and minimum to 11 bits adds over the code range; in
        // Q4_0 the far end of the range is clamped to 7 of 8 steps.
        double d = Math.abs(Fp16.toFloat(matrix.scaleBits(row, i / 32)));
        double min = Math.abs(Fp16.toFloat(matrix.minBits(row, i / 32)));
        double step = format == WeightFormat.Q4_0 ? d : d / 2;
        double bound = step * 1.001 + (d * 128 + min) * 0x1p-11 + 1e-7;
        assertThat(Math.abs(back[i] - values[row * columns + i]))
            .isLessThanOrEqualTo((float) bound);
      }
      for (int i = columns; i < 32 * matrix.blocks(); i++) {
        assertThat(matrix.code(row, i)).isZero();
      }
    }
  }

  @Test
  void theRulesOfGgmlAreFollowedCodeForCode() {
    float[] x = new float[32];
    for (int i = 0; i < 32; i++) {
      x[i] = i - 20;
    }
    QuantisedMatrix q8 = QuantisedMatrix.quantise(WeightFormat.Q8_0, x, 1, 32);
    assertThat(q8.scaleBits(0, 0)).isEqualTo(Fp16.fromFloat(20f / 127));
    assertThat(q8.code(0, 0)).isEqualTo((byte) -127);
    assertThat(q8.code(0, 31)).isEqualTo((byte) 70); // 11 * 6.35 = 69.85
    QuantisedMatrix q40 = QuantisedMatrix.quantise(WeightFormat.Q4_0, x, 1, 32);
    assertThat(Fp16.toFloat(q40.scaleBits(0, 0))).isEqualTo(2.5f);
    assertThat(q40.code(0, 0)).isEqualTo((byte) -8);
    assertThat(q40.code(0, 15)).isEqualTo((byte) -2); // -5 / 2.5
    assertThat(q40.code(0, 31)).isEqualTo((byte) 4); // trunc(4.4 + 8.5) - 8
    QuantisedMatrix q41 = QuantisedMatrix.quantise(WeightFormat.Q4_1, x, 1, 32);
    assertThat(Fp16.toFloat(q41.minBits(0, 0))).isEqualTo(-20f);
    assertThat(q41.code(0, 0)).isZero();
    assertThat(q41.code(0, 31)).isEqualTo((byte) 15);
    // The element of largest magnitude decides the sign of the scale; the first wins a tie.
    x[31] = 20;
    assertThat(Fp16.toFloat(QuantisedMatrix.quantise(WeightFormat.Q4_0, x, 1, 32).scaleBits(0, 0)))
        .isEqualTo(2.5f);
    x[31] = 24;
    assertThat(Fp16.toFloat(QuantisedMatrix.quantise(WeightFormat.Q4_0, x, 1, 32).scaleBits(0, 0)))
        .isEqualTo(-3f);
    // Halves round away from zero in Q8_0.
    float[] halves = new float[32];
    halves[0] = 127;
    halves[1] = 0.5f;
    halves[2] = -2.5f;
    QuantisedMatrix rounded = QuantisedMatrix.quantise(WeightFormat.Q8_0, halves, 1, 32);
    assertThat(rounded.code(0, 1)).isEqualTo((byte) 1);
    assertThat(rounded.code(0, 2)).isEqualTo((byte) -3);
  }

  @Test
  void zeroAndTinyAndHugeBlocksAreHandled() {
    for (WeightFormat format : WeightFormat.values()) {
      for (float value : QuantisedMatrix.quantise(format, new float[40], 1, 40).dequantise(0)) {
        assertThat(value).isZero();
      }
      float[] tiny = new float[32];
      tiny[3] = Float.MIN_VALUE;
      for (float value : QuantisedMatrix.quantise(format, tiny, 1, 32).dequantise(0)) {
        assertThat(value).isZero();
      }
      float[] huge = new float[64];
      huge[40] = 1e9f;
      assertThatThrownBy(() -> QuantisedMatrix.quantise(format, huge, 1, 64))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("scale of row 0, block 1");
      float[] bad = new float[32];
      bad[9] = Float.NaN;
      assertThatThrownBy(() -> QuantisedMatrix.quantise(format, bad, 1, 32))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weight 9 of its row is NaN");
    }
  }
}

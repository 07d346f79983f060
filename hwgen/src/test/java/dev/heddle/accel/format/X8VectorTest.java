package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class X8VectorTest {
  @Property(tries = 2_000)
  void quantisingKeepsEveryElementWithinItsBound(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 200) int length,
      @ForAll @IntRange(min = -149, max = 126) int scale) {
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = Math.scalb((float) random.nextGaussian(), scale);
      x[i] = Float.isFinite(x[i]) ? x[i] : Float.MAX_VALUE;
    }
    X8Vector vector = X8Vector.quantise(x);
    float[] back = vector.dequantise();
    assertThat(vector.blocks()).isEqualTo((length + 31) / 32);
    int largest = Integer.MIN_VALUE;
    for (int b = 0; b < vector.blocks(); b++) {
      float max = 0f;
      for (int i = 32 * b; i < Math.min(length, 32 * b + 32); i++) {
        max = Math.max(max, Math.abs(x[i]));
      }
      int e = vector.exponent(b);
      largest = Math.max(largest, e);
      if (max >= 0x1p-120f) {
        assertThat(Math.scalb(1.0, e + 6) <= max && max < Math.scalb(1.0, e + 7)).isTrue();
      } else {
        assertThat(e).isEqualTo(Int8Block.MIN_EXPONENT);
      }
      for (int i = 32 * b; i < Math.min(length, 32 * b + 32); i++) {
        double error = Math.abs((double) x[i] - back[i]);
        boolean clamped = Math.abs(x[i]) > 127.5 * Math.scalb(1.0, e);
        boolean flushed = Math.abs(x[i]) < Float.MIN_NORMAL;
        assertThat(error <= Math.scalb(clamped || flushed ? 1.0 : 0.5, e)).isTrue();
        assertThat(Math.abs(vector.code(i))).isLessThanOrEqualTo(127);
      }
    }
    for (int i = length; i < back.length; i++) {
      assertThat(back[i]).isZero();
    }
    assertThat(vector.maxExponent()).isEqualTo(largest);
  }

  @Test
  void codesAreRoundedToNearestWithTiesToEven() {
    float[] x = {64f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 0.50001f, 3.49f};
    X8Vector vector = X8Vector.quantise(x);
    assertThat(vector.exponent(0)).isZero();
    byte[] codes = new byte[x.length];
    for (int i = 0; i < x.length; i++) {
      codes[i] = vector.code(i);
    }
    assertThat(codes).containsExactly(64, 0, 2, 2, 0, -2, 1, 3);
  }

  @Test
  void theLargestCodesAreClampedTo127() {
    X8Vector vector = X8Vector.quantise(new float[] {127.75f, -127.75f, 127.49f});
    assertThat(vector.code(0)).isEqualTo((byte) 127);
    assertThat(vector.code(1)).isEqualTo((byte) -127);
    assertThat(vector.code(2)).isEqualTo((byte) 127);
  }

  @Test
  void aZeroBlockHasTheSmallestExponent() {
    float[] x = new float[64];
    x[40] = 1f;
    X8Vector vector = X8Vector.quantise(x);
    assertThat(vector.exponent(0)).isEqualTo(Int8Block.MIN_EXPONENT);
    assertThat(vector.exponent(1)).isEqualTo(-6);
    assertThat(vector.maxExponent()).isEqualTo(-6);
    assertThat(X8Vector.quantise(new float[64]).maxExponent()).isEqualTo(Int8Block.MIN_EXPONENT);
    assertThat(X8Vector.quantise(new float[] {Float.MIN_NORMAL / 2, 0f}).code(0)).isZero();
  }

  @Test
  void theRangeOfExponentsIsThatOfFiniteFloats() {
    assertThat(X8Vector.quantise(new float[] {Float.MAX_VALUE}).maxExponent())
        .isEqualTo(Int8Block.MAX_EXPONENT)
        .isLessThanOrEqualTo(Byte.MAX_VALUE);
    assertThat(Int8Block.MIN_EXPONENT).isGreaterThanOrEqualTo(Byte.MIN_VALUE);
    assertThat(Int8Block.value((byte) 1, Int8Block.MIN_EXPONENT)).isEqualTo(Float.MIN_NORMAL);
  }

  @Test
  void valuesThatAreNotFiniteAreRefused() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> X8Vector.quantise(new float[] {0f, bad}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("element 1 is " + bad);
    }
    assertThatThrownBy(() -> X8Vector.quantise(new float[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> X8Vector.of(new byte[31], new byte[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("31 codes");
  }

  @Property(tries = 500)
  void theImageInMemoryReadsBackTheSameVector(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int blocks) {
    X8Vector vector = random(new Random(seed), blocks);
    ActivationImage image = new ActivationImage(blocks);
    assertThat(image.size() % 64).isZero();
    assertThat(image.exponentOffset() % 64).isZero();
    ByteBuffer memory = ByteBuffer.allocate(3 * image.size());
    Arrays.fill(memory.array(), (byte) 0x55);
    image.write(vector, memory, image.size());
    assertThat(image.read(memory, image.size())).isEqualTo(vector);
    assertThat(memory.get(image.size() - 1)).isEqualTo((byte) 0x55);
    assertThat(memory.get(2 * image.size())).isEqualTo((byte) 0x55);
    int at = image.size();
    assertThat(memory.get(at + 31)).isEqualTo(vector.code(31));
    assertThat(memory.get(at + image.exponentOffset() + blocks - 1))
        .isEqualTo((byte) vector.exponent(blocks - 1));
    assertThat(memory.get(at + image.exponentOffset() + blocks))
        .isEqualTo((byte) vector.maxExponent());
    for (int i = 32 * blocks; i < image.exponentOffset(); i++) {
      assertThat(memory.get(at + i)).isZero();
    }
    for (int i = image.maxExponentOffset() + 1; i < image.size(); i++) {
      assertThat(memory.get(at + i)).isZero();
    }
  }

  @Test
  void theImageHasTheDocumentedSizes() {
    assertThat(new ActivationImage(1).size()).isEqualTo(128);
    assertThat(new ActivationImage(3).exponentOffset()).isEqualTo(128);
    assertThat(new ActivationImage(63).size()).isEqualTo(64 * 32 + 64);
    assertThat(new ActivationImage(64).size()).isEqualTo(64 * 32 + 128);
  }

  @Test
  void aDamagedImageIsRefused() {
    ActivationImage image = new ActivationImage(2);
    ByteBuffer memory = ByteBuffer.allocate(image.size());
    image.write(random(new Random(1), 2), memory, 0);
    byte code = memory.get(5);
    memory.put(5, (byte) -128);
    assertThatThrownBy(() -> image.read(memory, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("code 5 is -128");
    memory.put(5, code);
    memory.put(image.maxExponentOffset(), (byte) 100);
    assertThatThrownBy(() -> image.read(memory, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("names 100 as its largest exponent");
    memory.put(image.exponentOffset(), (byte) -128);
    assertThatThrownBy(() -> image.read(memory, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exponent is -128");
  }

  /** A vector of any valid codes and exponents. */
  static X8Vector random(Random random, int blocks) {
    byte[] codes = new byte[32 * blocks];
    byte[] exponents = new byte[blocks];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (random.nextInt(255) - 127);
    }
    int centre = random.nextInt(40) - 20;
    int spread = 1 + random.nextInt(20);
    for (int b = 0; b < blocks; b++) {
      exponents[b] = (byte) (centre + random.nextInt(spread));
      if (random.nextInt(8) == 0) {
        Arrays.fill(codes, 32 * b, 32 * b + 32, (byte) 0);
        exponents[b] = (byte) Int8Block.MIN_EXPONENT;
      }
    }
    return X8Vector.of(codes, exponents);
  }
}

package dev.heddle.accel.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.format.Fp32;
import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.format.WeightFormat;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The floating-point units, one operation a cycle, against {@link Fp32} and {@link Int8Block}. */
class FloatUnitTest {
  private static final int ALL_ONES = (1 << 23) - 1;

  private final Random random = new Random(5);

  @Test
  void everyProductIsThatOfFp32TwoCyclesLater() {
    Deque<Integer> expected = new ArrayDeque<>();
    int flushed = 0;
    int smallest = 0;
    int saturated = 0;
    try (LaneBench unit = new LaneBench(new FloatMultiplier())) {
      for (int i = 0; i < 40000; i++) {
        float a = number(random.nextInt(256));
        int partner =
            switch (random.nextInt(4)) {
              // Products around the smallest normal number, and around the largest.
              case 0, 1 -> 126 + random.nextInt(4) - Math.getExponent(a) - 127;
              case 2 -> 380 - random.nextInt(3) - Math.getExponent(a) - 127;
              default -> random.nextInt(256);
            };
        float b = number(partner);
        float product = Fp32.mul(a, b);
        flushed += product == 0 && a != 0 && b != 0 ? 1 : 0;
        smallest += Math.abs(product) == Float.MIN_NORMAL ? 1 : 0;
        saturated += Math.abs(product) == Float.MAX_VALUE ? 1 : 0;
        expected.add(Float.floatToRawIntBits(product));
        unit.set("valid", offered(i));
        unit.set("a", Integer.toUnsignedLong(Float.floatToRawIntBits(a)));
        unit.set("b", Integer.toUnsignedLong(Float.floatToRawIntBits(b)));
        unit.settle();
        if (i >= FloatMultiplier.LATENCY) {
          String bits = Integer.toHexString((int) unit.unsigned("product"));
          String right = Integer.toHexString(expected.remove());
          if (offered(i - FloatMultiplier.LATENCY)) {
            assertThat(bits).as("product %d", i).isEqualTo(right);
          }
        }
        unit.step();
      }
    }
    assertThat(List.of(flushed, smallest, saturated)).allMatch(count -> count > 100);
  }

  @Test
  void everyProductWithAPowerOfTwoIsThatOfFp32OneCycleLater() {
    int previous = 0;
    int smallest = 0;
    try (LaneBench unit = new LaneBench(new FloatScaler())) {
      for (int i = 0; i < 20000; i++) {
        float a = number(random.nextInt(256));
        int near = random.nextBoolean() ? -127 - Math.getExponent(a) : 128 - Math.getExponent(a);
        int any = random.nextBoolean() ? near + random.nextInt(4) - 2 : random.nextInt(254) - 126;
        int exponent = Math.max(-126, Math.min(127, any));
        unit.set("valid", offered(i));
        unit.set("number", Integer.toUnsignedLong(Float.floatToRawIntBits(a)));
        unit.set("exponent", exponent);
        unit.settle();
        if (i > 0 && offered(i - 1)) {
          assertThat((int) unit.unsigned("product")).as("product %d", i).isEqualTo(previous);
        }
        unit.step();
        float product = Fp32.mul(a, Math.scalb(1f, exponent));
        smallest += Math.abs(product) == Float.MIN_NORMAL && a != product ? 1 : 0;
        previous = Float.floatToRawIntBits(product);
      }
    }
    assertThat(smallest).as("products that round up to the smallest number").isGreaterThan(20);
  }

  @Test
  void everyReciprocalIsThatOfFp32() {
    int bits = 34;
    Deque<Float> expected = new ArrayDeque<>();
    try (LaneBench unit = new LaneBench(new Reciprocal(bits))) {
      for (int i = 0; i < 20000 + Reciprocal.LATENCY; i++) {
        long integer = integer(i, bits);
        float rounded = Fp32.fromAccumulator(integer, 0);
        expected.add(integer == 0 ? 0f : Fp32.reciprocal(rounded));
        unit.set("valid", offered(i));
        unit.set("divisor", integer);
        unit.settle();
        if (i >= Reciprocal.LATENCY) {
          float number = Float.intBitsToFloat((int) unit.unsigned("number"));
          float right = expected.remove();
          if (offered(i - Reciprocal.LATENCY)) {
            assertThat(number).as("reciprocal %d", i).isEqualTo(right);
          }
        }
        unit.step();
      }
    }
  }

  @Test
  void everyBlockIsQuantisedAsInt8BlockDoesFourCyclesLater() {
    Deque<float[]> entered = new ArrayDeque<>();
    int clamped = 0;
    try (LaneBench unit = new LaneBench(new X8Encoder())) {
      for (int i = 0; i < 3000; i++) {
        float[] block = block(i);
        entered.add(block);
        unit.set("valid", offered(i));
        unit.set("numbers", packed(block));
        unit.settle();
        if (i >= X8Encoder.LATENCY) {
          byte[] codes = new byte[WeightFormat.BLOCK];
          float[] values = entered.remove();
          int exponent = Int8Block.quantise(values, 0, codes.length, codes, 0);
          for (int j = 0; j < codes.length; j++) {
            clamped += Math.abs(values[j]) >= Math.scalb(127.5f, exponent) ? 1 : 0;
          }
          if (offered(i - X8Encoder.LATENCY)) {
            assertThat(unit.signed("exponent", 8)).as("block %d", i).isEqualTo(exponent);
            assertThat(unit.wide("codes")).as("block %d", i).isEqualTo(LaneBench.packed(codes));
          }
        }
        unit.step();
      }
    }
    assertThat(clamped).as("clamped codes").isGreaterThan(20);
  }

  /** Whether the operands of a cycle are valid: mostly, alone or in runs. */
  private static boolean offered(int cycle) {
    return cycle % 7 != 3 && cycle % 11 > 1;
  }

  /** A number of any sign with the given biased exponent, kept within range; often a corner. */
  private float number(int exponent) {
    int fraction =
        switch (random.nextInt(6)) {
          case 0 -> 0;
          case 1 -> ALL_ONES;
          case 2 -> ALL_ONES - random.nextInt(3);
          case 3 -> 1 << random.nextInt(23);
          default -> random.nextInt(ALL_ONES + 1);
        };
    int kept = Math.max(0, Math.min(254, exponent));
    return Float.intBitsToFloat(random.nextInt(2) << 31 | kept << 23 | fraction);
  }

  private long integer(int i, int bits) {
    if (i < 1000) {
      return i;
    }
    int length = 1 + random.nextInt(bits);
    long top = 1L << (length - 1);
    return switch (random.nextInt(4)) {
      case 0 -> top;
      case 1 -> 2 * top - 1;
      case 2 -> top + random.nextInt(3);
      default -> top | (random.nextLong() & (top - 1));
    };
  }

  /**
   * Blocks of zeros, of one size, of any sizes, of the smallest and largest numbers, and of ties.
   */
  private float[] block(int i) {
    float[] block = new float[WeightFormat.BLOCK];
    int base =
        switch (i % 4) {
          case 0 -> 1 + random.nextInt(12);
          case 1 -> 254 - random.nextInt(5);
          default -> 1 + random.nextInt(254);
        };
    int kind = random.nextInt(6);
    for (int j = 0; j < block.length && kind > 0; j++) {
      float any = number(base - random.nextInt(kind == 1 ? 200 : 10));
      block[j] =
          switch (kind) {
            case 2 -> random.nextInt(8) == 0 ? any : 0f;
            case 3 -> Math.scalb(random.nextInt(511) - 255, Math.max(-127, base - 140));
            default -> any;
          };
      block[j] = Fp32.flush(block[j]);
    }
    return block;
  }

  private static BigInteger packed(float[] block) {
    List<Integer> bits = new ArrayList<>();
    for (float x : block) {
      bits.add(Float.floatToRawIntBits(x));
    }
    return LaneBench.packed(Float.SIZE, bits.stream().mapToLong(Integer::toUnsignedLong).toArray());
  }
}

package dev.heddle.accel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GoldenMatmulTest {
  /** Far below every term's last bit: exact sums are integers in steps of 2^UNIT. */
  private static final int UNIT = -400;

  private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(63);

  @Property(tries = 600)
  void aResultIsWithinTheStatedErrorOfTheExactProduct(
      @ForAll WeightFormat format,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 6) int rows,
      @ForAll @IntRange(min = 1, max = 400) int columns) {
    Random random = new Random(seed);
    QuantisedMatrix matrix = WeightImageTest.random(random, format, rows, columns);
    X8Vector x = X8VectorTest.random(random, matrix.blocks());
    int unit = AccumulatorUnit.of(matrix);
    int exponent = x.maxExponent() + unit;
    float[] y = GoldenMatmul.multiply(matrix, x);
    int terms = matrix.blocks() * format.scalesPerBlock();
    BigDecimal step = power(exponent);
    BigDecimal bound = BigDecimal.ZERO;
    for (int row = 0; row < rows; row++) {
      BigDecimal rowBound = new BigDecimal(AccumulatorUnit.rowBound(matrix, row));
      bound = bound.max(rowBound.multiply(power(x.maxExponent() - 24)));
    }
    if (bound.signum() == 0) {
      // Every product with a matrix of zeros is exactly zero, whatever the unit.
      assertThat(y).containsOnly(0f);
    } else {
      assertThat(step).isLessThanOrEqualTo(bound.multiply(power(-61)));
    }
    for (int row = 0; row < rows; row++) {
      Exact exact = exact(matrix, row, x);
      BigDecimal error = exact.sum.subtract(new BigDecimal(y[row])).abs();
      BigDecimal magnitude = new BigDecimal(Math.abs((double) y[row]) + Math.ulp(y[row]));
      assertThat(error)
          .isLessThanOrEqualTo(
              magnitude.multiply(power(-24)).add(step.multiply(BigDecimal.valueOf(terms))));
      BigDecimal threshold = bound.multiply(power(-36)).multiply(BigDecimal.valueOf(terms));
      if (exact.largestPartialSum.compareTo(threshold) >= 0) {
        assertThat(error).isLessThanOrEqualTo(exact.largestPartialSum.multiply(power(-23)));
      }
    }
  }

  @Property(tries = 300)
  void theAccumulatorIsTheSumOfTheFlooredTerms(
      @ForAll WeightFormat format,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int blocks) {
    Random random = new Random(seed);
    QuantisedMatrix matrix = WeightImageTest.random(random, format, 1, 32 * blocks);
    X8Vector x = X8VectorTest.random(random, blocks);
    int unit = AccumulatorUnit.of(matrix);
    BigInteger expected = flooredSum(matrix, 0, x, unit);
    assertThat(BigInteger.valueOf(GoldenMatmul.accumulate(matrix, 0, x, unit))).isEqualTo(expected);
    assertThat(GoldenMatmul.multiply(matrix, x)[0])
        .isEqualTo(Fp32.fromAccumulator(expected.longValueExact(), x.maxExponent() + unit));
  }

  @Property(tries = 600)
  void noVectorOverflowsTheAccumulatorAndTheUnitIsTheSmallestThatSaysSo(
      @ForAll WeightFormat format,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 600) int blocks) {
    Random random = new Random(seed);
    QuantisedMatrix matrix = extreme(random, format, rows, blocks);
    int unit = AccumulatorUnit.of(matrix);
    assertThat(unit).isBetween(AccumulatorUnit.MIN, AccumulatorUnit.MAX);
    boolean tight = false;
    for (int row = 0; row < rows; row++) {
      for (int sign : new int[] {1, -1}) {
        for (boolean forMinimum : new boolean[] {false, true}) {
          X8Vector worst = worst(matrix, row, sign, forMinimum);
          BigInteger sum = partialSumBound(matrix, row, worst, unit);
          assertThat(sum).isLessThan(LIMIT);
          BigInteger exact = flooredSum(matrix, row, worst, unit);
          assertThat(GoldenMatmul.accumulate(matrix, row, worst, unit))
              .isEqualTo(exact.longValueExact());
        }
      }
      BigInteger bound = AccumulatorUnit.rowBound(matrix, row);
      int smaller = unit - 1;
      int shift = -24 - smaller;
      BigInteger atSmaller = shift >= 0 ? bound.shiftLeft(shift) : bound.shiftRight(-shift);
      BigInteger terms = BigInteger.valueOf((long) blocks * format.scalesPerBlock());
      tight |= atSmaller.add(shift >= 0 ? BigInteger.ZERO : terms).compareTo(LIMIT) >= 0;
    }
    assertThat(tight || unit == AccumulatorUnit.MIN).isTrue();
  }

  @Test
  void theUnitsOfTheSmallestAndOfALargestMatrixAreTheStatedOnes() {
    QuantisedMatrix zero = new QuantisedMatrix(WeightFormat.Q4_1, 2, 64);
    assertThat(AccumulatorUnit.of(zero)).isEqualTo(AccumulatorUnit.MIN);
    QuantisedMatrix smallest = new QuantisedMatrix(WeightFormat.Q8_0, 1, 32);
    smallest.codeArray()[0] = 1;
    smallest.setScales(0, 0, 1, 0);
    assertThat(AccumulatorUnit.of(smallest)).isEqualTo(AccumulatorUnit.MIN);
    QuantisedMatrix largest = new QuantisedMatrix(WeightFormat.Q8_0, 1, 32 << 16);
    Arrays.fill(largest.codeArray(), (byte) -128);
    for (int block = 0; block < largest.blocks(); block++) {
      largest.setScales(0, block, 0xfbff, 0);
    }
    int unit = AccumulatorUnit.of(largest);
    assertThat(unit).isLessThanOrEqualTo(AccumulatorUnit.MAX);
    X8Vector worst = worst(largest, 0, -1, false);
    assertThat(BigInteger.valueOf(GoldenMatmul.accumulate(largest, 0, worst, unit)))
        .isEqualTo(flooredSum(largest, 0, worst, unit));
  }

  @Test
  void aTermFarBelowTheUnitIsFlooredToMinusOneOrZero() {
    QuantisedMatrix matrix = new QuantisedMatrix(WeightFormat.Q8_0, 1, 64);
    matrix.codeArray()[0] = 1;
    matrix.codeArray()[32] = 1;
    matrix.setScales(0, 0, Fp16.fromFloat(1f), 0);
    matrix.setScales(0, 1, Fp16.fromFloat(1f), 0);
    byte[] codes = new byte[64];
    codes[32] = -1;
    X8Vector x = X8Vector.of(codes, new byte[] {100, -126});
    int unit = AccumulatorUnit.of(matrix);
    assertThat(GoldenMatmul.accumulate(matrix, 0, x, unit)).isEqualTo(-1);
    codes[32] = 1;
    assertThat(GoldenMatmul.accumulate(matrix, 0, X8Vector.of(codes, new byte[] {100, -126}), unit))
        .isZero();
  }

  @Property(tries = 100)
  void theResultIsTheSameThroughEveryConfigurationsImage(
      @ForAll WeightFormat format, @ForAll long seed) {
    Random random = new Random(seed);
    QuantisedMatrix matrix =
        WeightImageTest.random(random, format, 1 + random.nextInt(40), 1 + random.nextInt(200));
    X8Vector x = X8VectorTest.random(random, matrix.blocks());
    float[] expected = GoldenMatmul.multiply(matrix, x);
    for (Configuration configuration : Configuration.shipped()) {
      WeightImage image = WeightImage.pack(matrix, configuration);
      float[] y = new float[matrix.rows() + 3];
      GoldenMatmul.multiply(image.unpack(), image.accumulatorUnit(), x, y, 3);
      assertThat(Arrays.copyOfRange(y, 3, y.length)).isEqualTo(expected);
    }
  }

  @Test
  void aVectorOfAnotherLengthIsRefused() {
    QuantisedMatrix matrix = new QuantisedMatrix(WeightFormat.Q8_0, 1, 64);
    assertThatThrownBy(() -> GoldenMatmul.multiply(matrix, X8Vector.quantise(new float[65])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vectors of 2 blocks, not 3");
  }

  private record Exact(BigDecimal sum, BigDecimal largestPartialSum) {}

  /** The exact product of a row, and the largest magnitude that the sum passes on the way. */
  private static Exact exact(QuantisedMatrix matrix, int row, X8Vector x) {
    BigInteger sum = BigInteger.ZERO;
    BigInteger largest = BigInteger.ZERO;
    for (int block = 0; block < matrix.blocks(); block++) {
      for (Term term : terms(matrix, row, block, x)) {
        sum = sum.add(term.product.shiftLeft(term.exponent - UNIT));
        largest = largest.max(sum.abs());
      }
    }
    return new Exact(
        new BigDecimal(sum).multiply(power(UNIT)), new BigDecimal(largest).multiply(power(UNIT)));
  }

  private static BigInteger flooredSum(QuantisedMatrix matrix, int row, X8Vector x, int unit) {
    BigInteger sum = BigInteger.ZERO;
    for (int block = 0; block < matrix.blocks(); block++) {
      for (Term term : terms(matrix, row, block, x)) {
        sum = sum.add(term.floored(x.maxExponent() + unit));
      }
    }
    return sum;
  }

  /** The sum of the magnitudes of the floored terms: no partial sum in any order exceeds it. */
  private static BigInteger partialSumBound(QuantisedMatrix matrix, int row, X8Vector x, int unit) {
    BigInteger sum = BigInteger.ZERO;
    for (int block = 0; block < matrix.blocks(); block++) {
      for (Term term : terms(matrix, row, block, x)) {
        sum = sum.add(term.floored(x.maxExponent() + unit).abs());
      }
    }
    return sum;
  }

  private record Term(BigInteger product, int exponent) {
    BigInteger floored(int unit) {
      // BigInteger's right shift is a floor, like that of the hardware.
      return product.shiftLeft(exponent - unit);
    }
  }

  private static Term[] terms(QuantisedMatrix matrix, int row, int block, X8Vector x) {
    long dot = 0;
    long sum = 0;
    for (int i = 32 * block; i < 32 * block + 32; i++) {
      dot += matrix.code(row, i) * x.code(i);
      sum += x.code(i);
    }
    int e = x.exponent(block);
    return new Term[] {
      term(matrix.scaleBits(row, block), dot, e), term(matrix.minBits(row, block), sum, e)
    };
  }

  private static Term term(int bits, long factor, int exponent) {
    return new Term(
        BigInteger.valueOf(factor * Fp16.significand(bits)), exponent + Fp16.exponent(bits));
  }

  /** The codes +-127 whose products with a row's codes, or with its minimums, all add up. */
  private static X8Vector worst(QuantisedMatrix matrix, int row, int sign, boolean forMinimum) {
    byte[] codes = new byte[32 * matrix.blocks()];
    for (int i = 0; i < codes.length; i++) {
      int weight =
          forMinimum
              ? Fp16.significand(matrix.minBits(row, i / 32))
              : matrix.code(row, i) * Fp16.significand(matrix.scaleBits(row, i / 32));
      codes[i] = (byte) (127 * sign * Integer.signum(weight));
    }
    return X8Vector.of(codes, new byte[matrix.blocks()]);
  }

  /** Extreme codes, and scales from the smallest subnormal to 65504. */
  private static QuantisedMatrix extreme(Random random, WeightFormat format, int rows, int blocks) {
    int[] scales = {0x7bff, 0xfbff, 0x0001, 0x8001, 0x0000, 0x8000, 0x03ff, 0x0400, 0x3c00};
    int common = random.nextInt(scales.length + 1);
    QuantisedMatrix matrix = new QuantisedMatrix(format, rows, 32 * blocks);
    byte[] codes = matrix.codeArray();
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (random.nextInt(50) == 0 ? 1 : extremeCode(random, format));
    }
    for (int row = 0; row < rows; row++) {
      for (int block = 0; block < blocks; block++) {
        int scale = scales[common < scales.length ? common : random.nextInt(scales.length)];
        matrix.setScales(row, block, scale, scales[random.nextInt(scales.length)]);
      }
    }
    return matrix;
  }

  private static int extremeCode(Random random, WeightFormat format) {
    return random.nextBoolean() ? format.minCode() : format.maxCode();
  }

  private static BigDecimal power(int exponent) {
    BigDecimal two = BigDecimal.valueOf(2);
    return exponent >= 0 ? two.pow(exponent) : BigDecimal.ONE.divide(two.pow(-exponent));
  }
}

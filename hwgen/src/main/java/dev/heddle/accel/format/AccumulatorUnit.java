package dev.heddle.accel.format;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import java.math.BigInteger;

/**
 * The unit of the 64-bit accumulator of a matrix: one step is {@code 2^(eMax + l0)}, where {@code
 * eMax} is the activation vector's largest exponent and {@code l0} a constant of the matrix.
 *
 * <p>{@link #of} chooses l0 so that no activation vector can overflow the accumulator, and as small
 * as that allows.
 *
 * <p><b>Why it cannot overflow.</b> Take a row and write a block's scale as {@code S * 2^t}, its
 * minimum as {@code Sm * 2^tm}, its codes as w, the activation codes as x and the block's
 * activation exponent as {@code e <= eMax}. With {@code |x| <= 127}:
 *
 * <pre>
 *   |S * sum(w*x)| <= B  := 127 * |S| * sum|w|
 *   |Sm * sum(x)|  <= Bm := 127 * |Sm| * 32
 * </pre>
 *
 * The scale's term enters the accumulator as {@code floor(S * sum(w*x) * 2^(t + e - eMax - l0))}.
 * {@code |floor(a)| <= ceil(|a|)} and {@code e - eMax <= 0}, so its magnitude is at most {@code
 * ceil(B * 2^(t - l0))}: the left shift enlarges exactly and a floor adds less than one step. The
 * same holds for the minimum. Any sum of some of the terms, in any order, is therefore at most
 *
 * <pre>
 *   sum over blocks of ceil(B * 2^(t - l0)) + ceil(Bm * 2^(tm - l0))
 * </pre>
 *
 * and l0 is chosen so that this is at most {@code 2^63 - 1} for every row. As every t is at least
 * -24, the terms are whole numbers when {@code l0 <= -24}, and the sum is exact: with {@code T} the
 * largest row sum of {@code B * 2^(t+24) + Bm * 2^(tm+24)}, the condition is {@code T * 2^(-24-l0)
 * < 2^63}, so {@code l0 = bits(T) - 87}. Above -24, each ceil adds at most one step.
 *
 * <p><b>Range.</b> A matrix of zeros takes the smallest value, {@link #MIN}, which is also that of
 * the smallest non-zero matrix (one code of 1 with the scale 2^-24: T = 127, 7 bits). The largest
 * sum of {@code 2^16} blocks stays below {@link #MAX}. A term that is not zero is shifted to the
 * left by at most {@code 63 - 7 = 56}.
 */
public final class AccumulatorUnit {
  /** The smallest l0. */
  public static final int MIN = -80;

  /** A bound on l0 for every matrix of up to 2^16 blocks a row. */
  public static final int MAX = -11;

  private static final int LOW_SHIFTS = 16;

  private AccumulatorUnit() {}

  /** The l0 of a matrix. */
  public static int of(QuantisedMatrix matrix) {
    BigInteger largest = BigInteger.ZERO;
    for (int row = 0; row < matrix.rows(); row++) {
      largest = largest.max(rowBound(matrix, row));
    }
    int unit = Math.max(MIN, largest.bitLength() - (Long.SIZE - 1) + Fp16.MIN_EXPONENT);
    int fraction = unit - Fp16.MIN_EXPONENT;
    if (fraction > 0) {
      long terms = (long) matrix.blocks() * matrix.format().scalesPerBlock();
      BigInteger sum = largest.shiftRight(fraction).add(BigInteger.valueOf(terms));
      unit += sum.bitLength() > Long.SIZE - 1 ? 1 : 0;
    }
    return unit;
  }

  /** T of a row: the sum of its blocks' bounds in steps of 2^-24. */
  static BigInteger rowBound(QuantisedMatrix matrix, int row) {
    // A bound has at most 31 bits and a shift of at most 29: two partial sums, one for each half of
    // the shifts, stay within 64 bits for any row that fits memory.
    long low = 0;
    long high = 0;
    for (int block = 0; block < matrix.blocks(); block++) {
      int scale = matrix.scaleBits(row, block);
      long bound = bound(scale, codeSum(matrix, row, block));
      int shift = Fp16.exponent(scale) - Fp16.MIN_EXPONENT;
      if (shift < LOW_SHIFTS) {
        low += bound << shift;
      } else {
        high += bound << (shift - LOW_SHIFTS);
      }
      if (matrix.format().hasMin()) {
        int min = matrix.minBits(row, block);
        long minBound = bound(min, BLOCK);
        int minShift = Fp16.exponent(min) - Fp16.MIN_EXPONENT;
        if (minShift < LOW_SHIFTS) {
          low += minBound << minShift;
        } else {
          high += minBound << (minShift - LOW_SHIFTS);
        }
      }
    }
    return BigInteger.valueOf(high).shiftLeft(LOW_SHIFTS).add(BigInteger.valueOf(low));
  }

  private static long bound(int scaleBits, int magnitudes) {
    return (long) Int8Block.MAX_CODE * Math.abs(Fp16.significand(scaleBits)) * magnitudes;
  }

  private static int codeSum(QuantisedMatrix matrix, int row, int block) {
    byte[] codes = matrix.codeArray();
    int first = (row * matrix.blocks() + block) * BLOCK;
    int sum = 0;
    for (int i = first; i < first + BLOCK; i++) {
      sum += Math.abs(codes[i]);
    }
    return sum;
  }
}

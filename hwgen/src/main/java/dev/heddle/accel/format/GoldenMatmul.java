package dev.heddle.accel.format;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

/**
 * The matrix product that the matmul engine computes, bit for bit: {@code y = W x} for a {@link
 * QuantisedMatrix} W and {@link X8Vector}s x.
 *
 * <p>For a row and a block with scale {@code S * 2^t}, minimum {@code Sm * 2^tm}, weight codes w,
 * activation codes x and activation exponent e:
 *
 * <pre>
 *   D = sum w*x      A = sum x                              exact
 *   acc += S*D * 2^(t + e - L)  +  Sm*A * 2^(tm + e - L)    L = eMax + l0, each term floored
 *   y = Fp32.fromAccumulator(acc, L)
 * </pre>
 *
 * The accumulator has 64 bits and cannot overflow ({@link AccumulatorUnit}), so the order of blocks
 * and the number of lanes do not matter.
 *
 * <p><b>Error</b> against the exact product of the quantised operands: {@code 2^-24 |y| + n * 2^L},
 * n the number of terms of a row. {@code 2^L} is at most {@code 2^-61 W}, where W (not 0) is the
 * largest magnitude that the accumulator's bound allows any row of the matrix for this eMax; so
 * wherever the largest partial sum of a row is at least {@code n * 2^-36 * W}, the error is at most
 * {@code 2^-23} of that sum. Results that saturate or fall below the smallest normal number are
 * outside this bound.
 */
public final class GoldenMatmul {
  private GoldenMatmul() {}

  /** {@code y = W x}: one fp32 for each row. */
  public static float[] multiply(QuantisedMatrix weights, X8Vector activations) {
    float[] y = new float[weights.rows()];
    multiply(weights, AccumulatorUnit.of(weights), activations, y, 0);
    return y;
  }

  /**
   * {@code y = W x} into {@code y[offset .. offset + rows)}.
   *
   * @param accumulatorUnit the l0 of the matrix, {@link AccumulatorUnit#of}
   * @throws IllegalArgumentException when the vector has not as many blocks as a row
   */
  public static void multiply(
      QuantisedMatrix weights, int accumulatorUnit, X8Vector activations, float[] y, int offset) {
    int[] sums = sums(weights, activations);
    int exponent = activations.maxExponent() + accumulatorUnit;
    for (int row = 0; row < weights.rows(); row++) {
      long accumulator = accumulate(weights, row, activations, sums, exponent);
      y[offset + row] = Fp32.fromAccumulator(accumulator, exponent);
    }
  }

  /** The accumulator of a row, in steps of {@code 2^(eMax + accumulatorUnit)}. */
  public static long accumulate(
      QuantisedMatrix weights, int row, X8Vector activations, int accumulatorUnit) {
    int[] sums = sums(weights, activations);
    return accumulate(weights, row, activations, sums, activations.maxExponent() + accumulatorUnit);
  }

  private static long accumulate(
      QuantisedMatrix weights, int row, X8Vector activations, int[] sums, int exponent) {
    byte[] w = weights.codeArray();
    byte[] x = activations.codeArray();
    int first = row * weights.blocks() * BLOCK;
    long accumulator = 0;
    for (int block = 0; block < weights.blocks(); block++) {
      int dot = 0;
      for (int i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
        dot += w[first + i] * x[i];
      }
      int shift = exponent - activations.exponent(block);
      accumulator += term(weights.scaleBits(row, block), dot, shift);
      if (weights.format().hasMin()) {
        accumulator += term(weights.minBits(row, block), sums[block], shift);
      }
    }
    return accumulator;
  }

  private static long term(int scaleBits, int dot, int shift) {
    return Rounding.floorShift(
        (long) Fp16.significand(scaleBits) * dot, shift - Fp16.exponent(scaleBits));
  }

  /** The sums of the activation codes of each block. */
  private static int[] sums(QuantisedMatrix weights, X8Vector activations) {
    if (activations.blocks() != weights.blocks()) {
      throw new IllegalArgumentException(
          "a %s takes activation vectors of %d blocks, not %d"
              .formatted(weights, weights.blocks(), activations.blocks()));
    }
    int[] sums = new int[activations.blocks()];
    byte[] x = activations.codeArray();
    for (int i = 0; i < x.length; i++) {
      sums[i / BLOCK] += x[i];
    }
    return sums;
  }
}

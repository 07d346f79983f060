package dev.heddle.accel.format;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import java.util.Arrays;

/**
 * An activation vector as the matmul engine takes it: blocks of 32 codes with one exponent each
 * ({@link Int8Block}), and the largest of the exponents.
 *
 * <p>A length that is no multiple of 32 is filled up with zero codes. {@link ActivationImage} is
 * its form in card memory.
 */
public final class X8Vector {
  private final byte[] codes;
  private final byte[] exponents;
  private final int maxExponent;

  private X8Vector(byte[] codes, byte[] exponents) {
    this.codes = codes;
    this.exponents = exponents;
    int largest = Int8Block.MIN_EXPONENT;
    for (byte exponent : exponents) {
      largest = Math.max(largest, exponent);
    }
    this.maxExponent = largest;
  }

  /**
   * The vector of the given codes (32 for each block) and exponents (one for each block), which are
   * copied.
   *
   * @throws IllegalArgumentException when the lengths do not match, a code is -128 or an exponent
   *     lies outside {@link Int8Block#MIN_EXPONENT} to {@link Int8Block#MAX_EXPONENT}
   */
  public static X8Vector of(byte[] codes, byte[] exponents) {
    if (exponents.length == 0 || codes.length != exponents.length * BLOCK) {
      throw new IllegalArgumentException(
          "%d codes do not make %d blocks of %d".formatted(codes.length, exponents.length, BLOCK));
    }
    Int8Block.requireCodes(codes);
    for (byte exponent : exponents) {
      Int8Block.requireExponent(exponent);
    }
    return new X8Vector(codes.clone(), exponents.clone());
  }

  /**
   * Quantises a vector.
   *
   * @throws IllegalArgumentException when it is empty or an element is infinite or NaN
   */
  public static X8Vector quantise(float[] values) {
    return quantise(values, 0, values.length);
  }

  /** Quantises {@code values[from .. to)}. */
  public static X8Vector quantise(float[] values, int from, int to) {
    if (to <= from) {
      throw new IllegalArgumentException("an activation vector needs at least one element");
    }
    int blocks = blocks(to - from);
    byte[] codes = new byte[blocks * BLOCK];
    byte[] exponents = new byte[blocks];
    for (int b = 0; b < blocks; b++) {
      int first = from + b * BLOCK;
      exponents[b] =
          (byte) Int8Block.quantise(values, first, Math.min(first + BLOCK, to), codes, b * BLOCK);
    }
    return new X8Vector(codes, exponents);
  }

  /** Blocks that a vector of this many elements takes. */
  public static int blocks(int elements) {
    return (elements + BLOCK - 1) / BLOCK;
  }

  /** Number of blocks. */
  public int blocks() {
    return exponents.length;
  }

  /** Code of an element, counted over all blocks. */
  public byte code(int element) {
    return codes[element];
  }

  /** Exponent of a block. */
  public int exponent(int block) {
    return exponents[block];
  }

  /** The largest exponent of a block. */
  public int maxExponent() {
    return maxExponent;
  }

  /** The values {@code code * 2^exponent} of all blocks, exact. */
  public float[] dequantise() {
    float[] values = new float[codes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Int8Block.value(codes[i], exponents[i / BLOCK]);
    }
    return values;
  }

  byte[] codeArray() {
    return codes;
  }

  byte[] exponentArray() {
    return exponents;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof X8Vector vector
        && Arrays.equals(codes, vector.codes)
        && Arrays.equals(exponents, vector.exponents);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(codes) + Arrays.hashCode(exponents);
  }

  @Override
  public String toString() {
    return "X8Vector of %d blocks, largest exponent %d".formatted(blocks(), maxExponent);
  }
}

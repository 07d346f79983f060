package dev.heddle.accel.format;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The query, key or value of one head and one token: codes with one common exponent ({@link
 * Int8Block}), as long as the head dimension.
 */
public final class KvVector {
  private final byte[] codes;
  private final int exponent;

  private KvVector(byte[] codes, int exponent) {
    this.codes = codes;
    this.exponent = exponent;
  }

  /**
   * The vector of the given codes, which are copied, and exponent.
   *
   * @throws IllegalArgumentException when a code is -128 or the exponent lies outside {@link
   *     Int8Block#MIN_EXPONENT} to {@link Int8Block#MAX_EXPONENT}
   */
  public static KvVector of(byte[] codes, int exponent) {
    Int8Block.requireCodes(codes);
    Int8Block.requireExponent(exponent);
    return new KvVector(codes.clone(), exponent);
  }

  /**
   * Quantises {@code values[from .. to)}.
   *
   * @throws IllegalArgumentException when a value is infinite or NaN
   */
  public static KvVector quantise(float[] values, int from, int to) {
    byte[] codes = new byte[to - from];
    int exponent = Int8Block.quantise(values, from, to, codes, 0);
    return new KvVector(codes, exponent);
  }

  /** Number of elements, the head dimension. */
  public int length() {
    return codes.length;
  }

  /** Code of an element. */
  public byte code(int element) {
    return codes[element];
  }

  /** Puts the codes into {@code target} from {@code start} on. */
  public void write(ByteBuffer target, int start) {
    target.put(start, codes);
  }

  /** The common exponent. */
  public int exponent() {
    return exponent;
  }

  /** The values {@code code * 2^exponent}, exact. */
  public float[] dequantise() {
    float[] values = new float[codes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Int8Block.value(codes[i], exponent);
    }
    return values;
  }

  /** The exact dot product of the codes of two vectors of the same length. */
  public int dot(KvVector other) {
    int dot = 0;
    for (int i = 0; i < codes.length; i++) {
      dot += codes[i] * other.codes[i];
    }
    return dot;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KvVector vector
        && exponent == vector.exponent
        && Arrays.equals(codes, vector.codes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(codes) + exponent;
  }

  @Override
  public String toString() {
    return "KvVector of %d elements, exponent %d".formatted(codes.length, exponent);
  }
}

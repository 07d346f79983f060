package dev.heddle.accel.format;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import java.nio.ByteBuffer;

/**
 * An {@link X8Vector} in card memory, the same for every configuration.
 *
 * <pre>
 *   offset 0                 codes, 32 bytes a block; zeros to a multiple of 64 bytes
 *   exponentOffset()         exponents, one byte a block; then the largest exponent;
 *                            zeros to a multiple of 64 bytes
 *   size()                   the next vector
 * </pre>
 *
 * Vectors follow one another at a stride of {@code size()} bytes.
 *
 * @param blocks blocks of 32 elements of a vector
 */
public record ActivationImage(int blocks) {
  /** Every image and every part of one starts at a multiple of this many bytes. */
  public static final int ALIGNMENT = 64;

  private static final int MAX_BLOCKS = 1 << 24;

  public ActivationImage {
    if (blocks < 1 || blocks > MAX_BLOCKS) {
      throw new IllegalArgumentException(
          "an activation vector of %d blocks; it must have 1 to %d".formatted(blocks, MAX_BLOCKS));
    }
  }

  /** {@code bytes} rounded up to a multiple of {@link #ALIGNMENT}. */
  public static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Offset of the first block's exponent, in bytes. */
  public int exponentOffset() {
    return (int) aligned((long) blocks * BLOCK);
  }

  /** Offset of the largest exponent, in bytes. */
  public int maxExponentOffset() {
    return exponentOffset() + blocks;
  }

  /** Bytes of the image of one vector, a multiple of 64: also the stride between vectors. */
  public int size() {
    return exponentOffset() + (int) aligned(blocks + 1L);
  }

  /** Writes a vector's image to {@code memory[offset .. offset + size())}, padding included. */
  public void write(X8Vector vector, ByteBuffer memory, int offset) {
    if (vector.blocks() != blocks) {
      throw new IllegalArgumentException(
          "a vector of %d blocks does not fit an image of %d".formatted(vector.blocks(), blocks));
    }
    byte[] image = new byte[size()];
    System.arraycopy(vector.codeArray(), 0, image, 0, blocks * BLOCK);
    System.arraycopy(vector.exponentArray(), 0, image, exponentOffset(), blocks);
    image[maxExponentOffset()] = (byte) vector.maxExponent();
    memory.put(offset, image);
  }

  /**
   * Reads a vector back.
   *
   * @throws IllegalArgumentException when the bytes are no valid image: a code of -128, an exponent
   *     out of range, or a largest exponent that is not the largest
   */
  public X8Vector read(ByteBuffer memory, int offset) {
    byte[] codes = new byte[blocks * BLOCK];
    byte[] exponents = new byte[blocks];
    memory.get(offset, codes);
    memory.get(offset + exponentOffset(), exponents);
    X8Vector vector = X8Vector.of(codes, exponents);
    byte maxExponent = memory.get(offset + maxExponentOffset());
    if (maxExponent != vector.maxExponent()) {
      throw new IllegalArgumentException(
          "the activation image at %d names %d as its largest exponent, but that is %d"
              .formatted(offset, maxExponent, vector.maxExponent()));
    }
    return vector;
  }
}

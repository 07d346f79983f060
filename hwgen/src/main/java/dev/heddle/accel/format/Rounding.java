package dev.heddle.accel.format;

/**
 * Division of an integer by a power of two, with each of the two roundings that the arithmetic
 * uses.
 *
 * <p>A shift of {@code s} divides by {@code 2^s}; a negative one multiplies by {@code 2^-s}, and
 * the caller has shown that the product fits 64 bits.
 */
public final class Rounding {
  private Rounding() {}

  /**
   * {@code floor(value / 2^shift)}: the arithmetic right shift of the hardware. A left shift of 64
   * or more gives 0, which is the value for 0, the only number that fits it.
   */
  public static long floorShift(long value, int shift) {
    if (shift >= 0) {
      return value >> Math.min(shift, Long.SIZE - 1);
    }
    return shift > -Long.SIZE ? value << -shift : 0;
  }

  /**
   * {@code floor(value / 2^shift + 1/2)}: round to nearest, ties towards plus infinity. {@code
   * |value|} is below {@code 2^62}.
   */
  public static long halfUpShift(long value, int shift) {
    if (shift <= 0) {
      return floorShift(value, shift);
    }
    return shift >= Long.SIZE - 1 ? 0 : (value + (1L << (shift - 1))) >> shift;
  }
}

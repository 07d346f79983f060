package dev.heddle.host.bringup;

/**
 * The pseudo-random sequence of ITU-T O.150 with a period of 2^31 - 1 bits, x^31 + x^28 + 1: every
 * pattern of 31 bits but zeros occurs in it once.
 */
final class Prbs31 {
  private static final int BITS = 31;
  private static final int TAP = 28;
  private static final int MASK = Integer.MAX_VALUE;

  private int state;
  private final byte invert;

  /**
   * The sequence from a place on.
   *
   * @param seed any number
   * @param inverse whether every bit is inverted
   */
  Prbs31(int seed, boolean inverse) {
    state = seed & MASK;
    if (state == 0) {
      state = MASK;
    }
    invert = (byte) (inverse ? -1 : 0);
  }

  /** The next bits; the first of a byte is its highest. */
  void fill(byte[] block) {
    for (int i = 0; i < block.length; i++) {
      int next = (state >>> BITS - Byte.SIZE ^ state >>> TAP - Byte.SIZE) & 0xff;
      state = (state << Byte.SIZE | next) & MASK;
      block[i] = (byte) (next ^ invert);
    }
  }
}

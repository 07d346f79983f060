package dev.heddle.hdl.verilog;

import java.math.BigInteger;
import java.util.Locale;

/** Sized Verilog constants: decimal while a reader can follow, else hexadecimal. */
final class Constant {
  private static final int LONGEST_DECIMAL = 31;

  private Constant() {}

  /** {@code value} modulo 2^width. */
  static String of(BigInteger value, int width, boolean signed) {
    BigInteger modulus = BigInteger.ONE.shiftLeft(width);
    BigInteger bits = value.mod(modulus);
    if (signed && bits.testBit(width - 1)) {
      BigInteger magnitude = modulus.subtract(bits);
      if (magnitude.bitLength() < width && magnitude.bitLength() <= LONGEST_DECIMAL) {
        return "-" + width + "'sd" + magnitude;
      }
    } else if (bits.bitLength() <= LONGEST_DECIMAL) {
      return width + (signed ? "'sd" : "'d") + bits;
    }
    return width + (signed ? "'sh" : "'h") + bits.toString(16).toLowerCase(Locale.ROOT);
  }
}

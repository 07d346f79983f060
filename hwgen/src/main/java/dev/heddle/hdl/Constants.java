package dev.heddle.hdl;

import dev.heddle.hdl.ir.Arithmetic;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import java.math.BigInteger;

/** Arithmetic on constants, so that an expression of constants is a constant. */
final class Constants {
  private Constants() {}

  /** Bits of an unsigned value, at least one. */
  static int unsignedWidth(BigInteger value) {
    return Math.max(1, value.bitLength());
  }

  /** The bits of a constant as an unsigned number. */
  static BigInteger bits(Node constant) {
    return Arithmetic.wrap(constant.value(), constant.width(), false);
  }

  static Node bit(boolean value) {
    return Node.literal(value ? BigInteger.ONE : BigInteger.ZERO, 1, false);
  }

  static Node fold(Op op, int width, boolean signed, Node[] operands) {
    int[] widths = new int[operands.length];
    BigInteger[] values = new BigInteger[operands.length];
    for (int i = 0; i < operands.length; i++) {
      widths[i] = operands[i].width();
      values[i] = operands[i].value();
    }
    return Node.literal(Arithmetic.evaluate(op, width, signed, 0, widths, values), width, signed);
  }
}

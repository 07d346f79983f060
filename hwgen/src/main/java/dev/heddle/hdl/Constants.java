package dev.heddle.hdl;

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

  /** {@code value} modulo 2^width, read with the given sign. */
  static BigInteger wrap(BigInteger value, int width, boolean signed) {
    BigInteger modulus = BigInteger.ONE.shiftLeft(width);
    BigInteger low = value.mod(modulus);
    return signed && low.testBit(width - 1) ? low.subtract(modulus) : low;
  }

  /** The bits of a constant as an unsigned number. */
  static BigInteger bits(Node constant) {
    return wrap(constant.value(), constant.width(), false);
  }

  static Node bit(boolean value) {
    return Node.literal(value ? BigInteger.ONE : BigInteger.ZERO, 1, false);
  }

  static Node fold(Op op, int width, boolean signed, Node[] operands) {
    BigInteger a = operands[0].value();
    BigInteger b = operands.length > 1 ? operands[1].value() : null;
    BigInteger result =
        switch (op) {
          case ADD -> a.add(b);
          case SUB -> a.subtract(b);
          case MUL -> a.multiply(b);
          case SHL -> a.shiftLeft(b.intValueExact());
          case SHR -> a.shiftRight(b.min(BigInteger.valueOf(1 << 20)).intValueExact());
          case AND -> a.and(b);
          case OR -> a.or(b);
          case XOR -> a.xor(b);
          case NOT -> a.not();
          case ALL -> number(bits(operands[0]).bitCount() == operands[0].width());
          case ANY -> number(a.signum() != 0);
          case PARITY -> number((bits(operands[0]).bitCount() & 1) == 1);
          case EQ -> number(a.equals(b));
          case NE -> number(!a.equals(b));
          case LT -> number(a.compareTo(b) < 0);
          case LE -> number(a.compareTo(b) <= 0);
          case MUX -> a.signum() != 0 ? b : operands[2].value();
          case WRAP, EXTEND, REINTERPRET -> a;
          case CAT -> {
            BigInteger bits = BigInteger.ZERO;
            for (Node operand : operands) {
              bits = bits.shiftLeft(operand.width()).or(bits(operand));
            }
            yield bits;
          }
          default -> throw new HdlException("%s of constants only", op);
        };
    return Node.literal(wrap(result, width, signed), width, signed);
  }

  private static BigInteger number(boolean value) {
    return value ? BigInteger.ONE : BigInteger.ZERO;
  }
}

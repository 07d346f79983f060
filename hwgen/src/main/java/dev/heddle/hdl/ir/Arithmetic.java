package dev.heddle.hdl.ir;

import java.math.BigInteger;

/**
 * What each {@link Op} computes, on exact integers: the meaning that every other view must keep.
 */
public final class Arithmetic {
  private Arithmetic() {}

  /** The low {@code width} bits of {@code value}, read with the given sign. */
  public static BigInteger wrap(BigInteger value, int width, boolean signed) {
    int needed = value.bitLength() + (signed ? 1 : 0);
    if (needed <= width && (signed || value.signum() >= 0)) {
      return value;
    }
    BigInteger low = value.mod(BigInteger.ONE.shiftLeft(width));
    return signed && low.testBit(width - 1) ? low.subtract(BigInteger.ONE.shiftLeft(width)) : low;
  }

  /**
   * The result of a combinational operation.
   *
   * @param op any operation but signals, constants and {@link Op#READ}
   * @param width bits of the result
   * @param signed whether the result is two's complement
   * @param low lowest bit of a {@link Op#SLICE}
   * @param widths bits of the operands
   * @param operands values of the operands
   */
  public static BigInteger evaluate(
      Op op, int width, boolean signed, int low, int[] widths, BigInteger[] operands) {
    BigInteger a = operands[0];
    BigInteger b = operands.length > 1 ? operands[1] : null;
    BigInteger result =
        switch (op) {
          case ADD -> a.add(b);
          case SUB -> a.subtract(b);
          case MUL -> a.multiply(b);
          case SHL -> a.shiftLeft(b.intValueExact());
          case SHR -> b.bitLength() > 30 ? sign(a) : a.shiftRight(b.intValue());
          case AND -> a.and(b);
          case OR -> a.or(b);
          case XOR -> a.xor(b);
          case NOT -> a.not();
          case ALL -> truth(wrap(a, widths[0], false).bitCount() == widths[0]);
          case ANY -> truth(a.signum() != 0);
          case PARITY -> truth((wrap(a, widths[0], false).bitCount() & 1) == 1);
          case EQ -> truth(a.equals(b));
          case NE -> truth(!a.equals(b));
          case LT -> truth(a.compareTo(b) < 0);
          case LE -> truth(a.compareTo(b) <= 0);
          case MUX -> a.signum() != 0 ? b : operands[2];
          case WRAP, EXTEND, REINTERPRET -> a;
          case SLICE -> wrap(a, widths[0], false).shiftRight(low);
          case CAT -> {
            BigInteger bits = BigInteger.ZERO;
            for (int i = 0; i < operands.length; i++) {
              bits = bits.shiftLeft(widths[i]).or(wrap(operands[i], widths[i], false));
            }
            yield bits;
          }
          default -> throw new IllegalArgumentException(op + " computes nothing");
        };
    return wrap(result, width, signed);
  }

  private static BigInteger sign(BigInteger value) {
    return value.signum() < 0 ? BigInteger.ONE.negate() : BigInteger.ZERO;
  }

  private static BigInteger truth(boolean value) {
    return value ? BigInteger.ONE : BigInteger.ZERO;
  }
}

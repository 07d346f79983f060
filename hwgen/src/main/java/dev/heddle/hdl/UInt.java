package dev.heddle.hdl;

import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import java.math.BigInteger;

/**
 * An unsigned number of a fixed width. Results are exact: widths of the results stand beside each
 * operation, with a and b the widths of the operands.
 */
public final class UInt extends Value {
  UInt(int width) {
    super(width, false);
  }

  UInt(Node node) {
    super(node);
  }

  /** The sum, {@code max(a, b) + 1} bits. */
  public UInt add(UInt other) {
    return new UInt(expression(Op.ADD, max(other) + 1, false, this, other));
  }

  /** The sum with a constant. */
  public UInt add(long other) {
    return add(Hdl.lit(other));
  }

  /** The difference, a signed number of {@code max(a, b) + 1} bits. */
  public SInt sub(UInt other) {
    return new SInt(expression(Op.SUB, max(other) + 1, true, this, other));
  }

  /** The difference to a constant. */
  public SInt sub(long other) {
    return sub(Hdl.lit(other));
  }

  /** The product, {@code a + b} bits. */
  public UInt mul(UInt other) {
    return new UInt(expression(Op.MUL, width() + other.width(), false, this, other));
  }

  /** The sum modulo 2^max(a, b). */
  public UInt wrapAdd(UInt other) {
    return add(other).wrap(max(other));
  }

  /** The difference modulo 2^max(a, b). */
  public UInt wrapSub(UInt other) {
    return sub(other).wrap(max(other)).asUInt();
  }

  /** The sum, at most 2^max(a, b) - 1. */
  public UInt satAdd(UInt other) {
    return add(other).sat(max(other));
  }

  /** The next number modulo 2^a. */
  public UInt inc() {
    return add(1).wrap(width());
  }

  /** The number before modulo 2^a. */
  public UInt dec() {
    return sub(1).wrap(width()).asUInt();
  }

  /** The value times 2^amount, {@code a + amount} bits. */
  public UInt shl(int amount) {
    checkAmount(amount);
    return amount == 0 ? this : Hdl.cat(this, Hdl.lit(0, amount));
  }

  /** The value times 2^amount, {@code a + 2^b - 1} bits. */
  public UInt shl(UInt amount) {
    return new UInt(expression(Op.SHL, SInt.shiftedWidth(this, amount), false, this, amount));
  }

  /** floor(value / 2^amount), {@code a - amount} bits, at least one. */
  public UInt shr(int amount) {
    checkAmount(amount);
    return amount >= width() ? Hdl.lit(0, 1) : slice(width() - 1, amount);
  }

  /** floor(value / 2^amount), a bits. */
  public UInt shr(UInt amount) {
    return new UInt(expression(Op.SHR, width(), false, this, amount));
  }

  /** Bitwise and, {@code max(a, b)} bits. */
  public UInt and(UInt other) {
    return new UInt(expression(Op.AND, max(other), false, this, other));
  }

  /** Bitwise or, {@code max(a, b)} bits. */
  public UInt or(UInt other) {
    return new UInt(expression(Op.OR, max(other), false, this, other));
  }

  /** Bitwise exclusive or, {@code max(a, b)} bits. */
  public UInt xor(UInt other) {
    return new UInt(expression(Op.XOR, max(other), false, this, other));
  }

  /** Bitwise complement, a bits. */
  public UInt not() {
    return new UInt(expression(Op.NOT, width(), false, this));
  }

  /** Whether the numbers are equal. */
  public Bit eq(UInt other) {
    return new Bit(expression(Op.EQ, 1, false, this, other));
  }

  /** Whether the number equals a constant; never, when the constant does not fit. */
  public Bit eq(long other) {
    return fits(other) ? eq(Hdl.lit(other, width())) : Hdl.lit(false);
  }

  /** Whether the numbers differ. */
  public Bit ne(UInt other) {
    return new Bit(expression(Op.NE, 1, false, this, other));
  }

  /** Whether the number differs from a constant. */
  public Bit ne(long other) {
    return fits(other) ? ne(Hdl.lit(other, width())) : Hdl.lit(true);
  }

  /** Whether this is less. */
  public Bit lt(UInt other) {
    return new Bit(expression(Op.LT, 1, false, this, other));
  }

  /** Whether this is less than a constant. */
  public Bit lt(long other) {
    return fits(other) ? lt(Hdl.lit(other, width())) : Hdl.lit(true);
  }

  /** Whether this is at most the other. */
  public Bit le(UInt other) {
    return new Bit(expression(Op.LE, 1, false, this, other));
  }

  /** Whether this is greater. */
  public Bit gt(UInt other) {
    return new Bit(expression(Op.LT, 1, false, other, this));
  }

  /** Whether this is greater than a constant. */
  public Bit gt(long other) {
    return fits(other) ? gt(Hdl.lit(other, width())) : Hdl.lit(false);
  }

  /** Whether this is at least the other. */
  public Bit ge(UInt other) {
    return new Bit(expression(Op.LE, 1, false, other, this));
  }

  /** Whether this is at least a constant. */
  public Bit ge(long other) {
    return fits(other) ? ge(Hdl.lit(other, width())) : Hdl.lit(false);
  }

  /** Whether some bit is one. */
  public Bit any() {
    return new Bit(expression(Op.ANY, 1, false, this));
  }

  /** Whether every bit is one. */
  public Bit all() {
    return new Bit(expression(Op.ALL, 1, false, this));
  }

  /** Exclusive or of the bits. */
  public Bit parity() {
    return new Bit(expression(Op.PARITY, 1, false, this));
  }

  /** Bit {@code index}, 0 the least significant. */
  public Bit at(int index) {
    return new Bit(slice(this, index, index));
  }

  /** The bit that {@code index} selects; zero beyond the width. */
  public Bit at(UInt index) {
    return shr(index).at(0);
  }

  /** Bits {@code high} down to {@code low}, both included. */
  public UInt slice(int high, int low) {
    return low == 0 && high == width() - 1 ? this : new UInt(slice(this, high, low));
  }

  /** The lowest {@code bits} bits: the value modulo 2^bits. */
  public UInt wrap(int bits) {
    if (bits > width()) {
      throw new HdlException(
          "wrap(%d) of %s, which is %s; write pad(%d) to make it wider",
          bits, this, typeName(), bits);
    }
    return bits == width() ? this : new UInt(expression(Op.WRAP, bits, false, this));
  }

  /** The value, at most 2^bits - 1. */
  public UInt sat(int bits) {
    if (bits >= width()) {
      return pad(bits);
    }
    UInt limit = Hdl.lit(BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE), width());
    return Hdl.mux(slice(width() - 1, bits).any(), limit.wrap(bits), wrap(bits));
  }

  /** The same value in at least {@code bits} bits. */
  public UInt pad(int bits) {
    return bits <= width() ? this : new UInt(expression(Op.EXTEND, bits, false, this));
  }

  /** The same value as a signed number, {@code a + 1} bits. */
  public SInt toSInt() {
    return new SInt(expression(Op.EXTEND, width() + 1, true, this));
  }

  /** The same bits read as two's complement. */
  public SInt asSInt() {
    return new SInt(expression(Op.REINTERPRET, width(), true, this));
  }

  /** Whether the number is not zero, which for {@code uint(1)} is the bit itself. */
  public Bit asBit() {
    return width() == 1 ? new Bit(node()) : any();
  }

  /** Drives this signal with {@code value}, which may be narrower. */
  public void set(UInt value) {
    Drive.set(this, value);
  }

  /** Drives this signal with a constant. */
  public void set(long value) {
    Drive.set(this, Hdl.lit(value));
  }

  /** Drives this signal with the low bits of {@code value}. */
  public void setWrap(UInt value) {
    Drive.set(this, value.width() > width() ? value.wrap(width()) : value);
  }

  private int max(UInt other) {
    return Math.max(width(), other.width());
  }

  private boolean fits(long constant) {
    return constant >= 0 && 64 - Long.numberOfLeadingZeros(constant) <= width();
  }
}

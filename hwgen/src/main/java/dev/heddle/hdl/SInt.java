package dev.heddle.hdl;

import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import java.math.BigInteger;

/**
 * A two's complement number of a fixed width. Results are exact: widths of the results stand beside
 * each operation, with a and b the widths of the operands.
 */
public final class SInt extends Value {
  SInt(int width) {
    super(width, true);
  }

  SInt(Node node) {
    super(node);
  }

  static int shiftedWidth(Value base, UInt amount) {
    if (amount.width() > 8) {
      throw new HdlException(
          "%s may be shifted by up to 2^%d - 1 places; wrap the amount to 8 bits or fewer",
          base, amount.width());
    }
    return base.width() + (1 << amount.width()) - 1;
  }

  /** The sum, {@code max(a, b) + 1} bits. */
  public SInt add(SInt other) {
    return new SInt(expression(Op.ADD, max(other) + 1, true, this, other));
  }

  /** The sum with a constant. */
  public SInt add(long other) {
    return add(Hdl.slit(other));
  }

  /** The difference, {@code max(a, b) + 1} bits. */
  public SInt sub(SInt other) {
    return new SInt(expression(Op.SUB, max(other) + 1, true, this, other));
  }

  /** The difference to a constant. */
  public SInt sub(long other) {
    return sub(Hdl.slit(other));
  }

  /** The product, {@code a + b} bits. */
  public SInt mul(SInt other) {
    return new SInt(expression(Op.MUL, width() + other.width(), true, this, other));
  }

  /** The value with the other sign, {@code a + 1} bits. */
  public SInt neg() {
    return Hdl.slit(0).sub(this);
  }

  /** The sum modulo 2^max(a, b). */
  public SInt wrapAdd(SInt other) {
    return add(other).wrap(max(other));
  }

  /** The sum, kept within max(a, b) bits. */
  public SInt satAdd(SInt other) {
    return add(other).sat(max(other));
  }

  /** The value times 2^amount, {@code a + amount} bits. */
  public SInt shl(int amount) {
    checkAmount(amount);
    return amount == 0 ? this : Hdl.cat(this, Hdl.lit(0, amount)).asSInt();
  }

  /** The value times 2^amount, {@code a + 2^b - 1} bits. */
  public SInt shl(UInt amount) {
    return new SInt(expression(Op.SHL, shiftedWidth(this, amount), true, this, amount));
  }

  /** floor(value / 2^amount), {@code a - amount} bits, at least one. */
  public SInt shr(int amount) {
    checkAmount(amount);
    return slice(width() - 1, Math.min(amount, width() - 1)).asSInt();
  }

  /** floor(value / 2^amount), a bits. */
  public SInt shr(UInt amount) {
    return new SInt(expression(Op.SHR, width(), true, this, amount));
  }

  /** Bitwise complement, a bits. */
  public SInt not() {
    return new SInt(expression(Op.NOT, width(), true, this));
  }

  /** Whether the numbers are equal. */
  public Bit eq(SInt other) {
    return new Bit(expression(Op.EQ, 1, false, this, other));
  }

  /** Whether the number equals a constant. */
  public Bit eq(long other) {
    return eq(Hdl.slit(other));
  }

  /** Whether the numbers differ. */
  public Bit ne(SInt other) {
    return new Bit(expression(Op.NE, 1, false, this, other));
  }

  /** Whether this is less. */
  public Bit lt(SInt other) {
    return new Bit(expression(Op.LT, 1, false, this, other));
  }

  /** Whether this is less than a constant. */
  public Bit lt(long other) {
    return lt(Hdl.slit(other));
  }

  /** Whether this is at most the other. */
  public Bit le(SInt other) {
    return new Bit(expression(Op.LE, 1, false, this, other));
  }

  /** Whether this is greater. */
  public Bit gt(SInt other) {
    return new Bit(expression(Op.LT, 1, false, other, this));
  }

  /** Whether this is greater than a constant. */
  public Bit gt(long other) {
    return gt(Hdl.slit(other));
  }

  /** Whether this is at least the other. */
  public Bit ge(SInt other) {
    return new Bit(expression(Op.LE, 1, false, other, this));
  }

  /** Whether the number is negative. */
  public Bit negative() {
    return at(width() - 1);
  }

  /** Bit {@code index}, 0 the least significant. */
  public Bit at(int index) {
    return new Bit(slice(this, index, index));
  }

  /** Bits {@code high} down to {@code low}, both included, as an unsigned number. */
  public UInt slice(int high, int low) {
    return new UInt(slice(this, high, low));
  }

  /** The lowest {@code bits} bits as two's complement. */
  public SInt wrap(int bits) {
    if (bits > width()) {
      throw new HdlException(
          "wrap(%d) of %s, which is %s; write pad(%d) to make it wider",
          bits, this, typeName(), bits);
    }
    return bits == width() ? this : new SInt(expression(Op.WRAP, bits, true, this));
  }

  /** The value, kept within the range of {@code bits} bits. */
  public SInt sat(int bits) {
    if (bits >= width()) {
      return pad(bits);
    }
    BigInteger limit = BigInteger.ONE.shiftLeft(bits - 1);
    SInt highest = Hdl.slit(limit.subtract(BigInteger.ONE), bits);
    SInt lowest = Hdl.slit(limit.negate(), bits);
    UInt top = slice(width() - 1, bits - 1);
    Bit fits = top.any().eq(top.all());
    return Hdl.mux(fits, wrap(bits), Hdl.mux(negative(), lowest, highest));
  }

  /** The same value in at least {@code bits} bits. */
  public SInt pad(int bits) {
    return bits <= width() ? this : new SInt(expression(Op.EXTEND, bits, true, this));
  }

  /** The same bits read as an unsigned number. */
  public UInt asUInt() {
    return new UInt(expression(Op.REINTERPRET, width(), false, this));
  }

  /** Drives this signal with {@code value}, which may be narrower. */
  public void set(SInt value) {
    Drive.set(this, value);
  }

  /** Drives this signal with a constant. */
  public void set(long value) {
    Drive.set(this, Hdl.slit(value));
  }

  /** Drives this signal with the low bits of {@code value}. */
  public void setWrap(SInt value) {
    Drive.set(this, value.width() > width() ? value.wrap(width()) : value);
  }

  private int max(SInt other) {
    return Math.max(width(), other.width());
  }
}

package dev.heddle.hdl;

import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;

/** One wire, a truth value: what comparisons give and {@code when} takes. */
public final class Bit extends Value {
  Bit() {
    super(1, false);
  }

  Bit(Node node) {
    super(node);
  }

  /** One where both are one. */
  public Bit and(Bit other) {
    if (isLiteral()) {
      return literal().signum() != 0 ? other : this;
    }
    return other.isLiteral() ? other.and(this) : new Bit(expression(Op.AND, 1, false, this, other));
  }

  /** One where at least one is one. */
  public Bit or(Bit other) {
    if (isLiteral()) {
      return literal().signum() != 0 ? this : other;
    }
    return other.isLiteral() ? other.or(this) : new Bit(expression(Op.OR, 1, false, this, other));
  }

  /** One where the two differ. */
  public Bit xor(Bit other) {
    return new Bit(expression(Op.XOR, 1, false, this, other));
  }

  /** One where this is zero. */
  public Bit not() {
    return new Bit(expression(Op.NOT, 1, false, this));
  }

  /** One where this is one and the other zero. */
  public Bit andNot(Bit other) {
    return new Bit(
        expression(Op.AND, 1, false, this, new Bit(expression(Op.NOT, 1, false, other))));
  }

  /** One where the two are the same. */
  public Bit eq(Bit other) {
    return new Bit(expression(Op.EQ, 1, false, this, other));
  }

  /** The number 0 or 1, {@code uint(1)}. */
  public UInt asUInt() {
    return new UInt(node());
  }

  /** Drives this signal with {@code value}. */
  public void set(Bit value) {
    Drive.set(this, value);
  }

  /** Drives this signal with a constant. */
  public void set(boolean value) {
    Drive.set(this, Hdl.lit(value));
  }
}

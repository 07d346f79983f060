package dev.heddle.hdl;

import dev.heddle.hdl.ir.Arithmetic;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import java.math.BigInteger;

/**
 * A ground signal or expression: {@link Bit}, {@link UInt} or {@link SInt}.
 *
 * <p>Its width is known from birth, so a mistake is an exception on the line that makes it.
 * Arithmetic is exact: the result is as wide as it has to be, and bits are lost only where {@code
 * wrap}, {@code sat} or {@code slice} says so.
 *
 * <p>Java's {@code ==} and {@code equals} compare objects; hardware is compared with {@code eq}.
 */
public abstract sealed class Value implements Data permits Bit, UInt, SInt {
  private final int width;
  private final boolean signed;
  private Node node;

  Value(int width, boolean signed) {
    if (width < 1) {
      throw new HdlException("width %d is not positive", width);
    }
    this.width = width;
    this.signed = signed;
  }

  Value(Node node) {
    this(node.width(), node.signed());
    this.node = node;
  }

  /** Bits of the signal. */
  public final int width() {
    return width;
  }

  /** Whether the bits are two's complement. */
  public final boolean signed() {
    return signed;
  }

  final void bind(Node bound) {
    node = bound;
  }

  final boolean isBound() {
    return node != null;
  }

  final Node node() {
    if (node == null) {
      throw new HdlException(
          "this %s is a type, not a signal; make it one with in, out, wire or reg", typeName());
    }
    return node;
  }

  final boolean isLiteral() {
    return node().op() == Op.LITERAL;
  }

  final BigInteger literal() {
    return node().value();
  }

  /** The module in which an expression over this value lives; null for a constant. */
  final Definition scope() {
    Node bound = node();
    Definition owner = bound.owner();
    if (owner == null) {
      return null;
    }
    Instance instance = owner.instance();
    return instance != null && (bound.op() == Op.INPUT || bound.op() == Op.OUTPUT)
        ? instance.parent()
        : owner;
  }

  /** The module that all {@code values} live in; null when they are constants. */
  static Definition commonScope(Value... values) {
    Definition scope = null;
    Value first = null;
    for (Value value : values) {
      Definition other = value.scope();
      if (other == null) {
        continue;
      }
      if (scope == null) {
        scope = other;
        first = value;
      } else if (scope != other) {
        throw new HdlException(
            "%s belongs to %s but %s belongs to %s; connect them through ports",
            first, scope.name(), value, other.name());
      }
    }
    return scope;
  }

  /** A named-by-the-caller expression over {@code operands}, or a folded constant. */
  static Node expression(Op op, int width, boolean signed, Value... operands) {
    Definition scope = commonScope(operands);
    Node[] nodes = new Node[operands.length];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = operands[i].node();
    }
    if (scope == null) {
      return Constants.fold(op, width, signed, nodes);
    }
    return CallSite.name(Node.expression(op, width, signed, scope, nodes));
  }

  static Node slice(Value base, int high, int low) {
    if (low < 0 || high < low || high >= base.width()) {
      throw new HdlException("slice [%d:%d] of %s, which is %s", high, low, base, base.typeName());
    }
    if (base.isLiteral()) {
      BigInteger bits = Constants.bits(base.node()).shiftRight(low);
      return Node.literal(Arithmetic.wrap(bits, high - low + 1, false), high - low + 1, false);
    }
    Definition scope = base.scope();
    return CallSite.name(Node.slice(base.node(), low, high - low + 1, scope));
  }

  final void checkAmount(int amount) {
    if (amount < 0 || amount > 65_536) {
      throw new HdlException("shift of %s by %d; the amount must be 0 to 65536", this, amount);
    }
  }

  final String typeName() {
    return this instanceof Bit ? "bit" : (signed ? "sint(" : "uint(") + width + ")";
  }

  @Override
  public final String toString() {
    return node == null ? typeName() : node.describe();
  }

  @Override
  public final boolean equals(Object other) {
    return this == other;
  }

  @Override
  public final int hashCode() {
    return System.identityHashCode(this);
  }
}

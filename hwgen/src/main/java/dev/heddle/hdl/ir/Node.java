package dev.heddle.hdl.ir;

import java.math.BigInteger;
import java.util.List;

/**
 * A signal, a constant or an expression of one module. Width and sign are known from birth.
 *
 * <p>{@link #id()} numbers the nodes of a module in creation order; operands of an expression have
 * smaller numbers.
 */
public final class Node {
  private static final List<Node> NO_OPERANDS = List.of();

  private final Op op;
  private final int width;
  private final boolean signed;
  private final Definition owner;
  private final int id;
  private final List<Node> operands;
  private final int low;
  private final Memory memory;
  private final BigInteger value;
  private final int domain;
  private int port;
  private boolean capturing;
  private List<String> enumeration;
  private String name;
  private String location;

  private Node(
      Op op,
      int width,
      boolean signed,
      Definition owner,
      List<Node> operands,
      int low,
      Memory memory,
      BigInteger value,
      int domain) {
    this.op = op;
    this.width = width;
    this.signed = signed;
    this.owner = owner;
    this.operands = operands;
    this.low = low;
    this.memory = memory;
    this.value = value;
    this.domain = domain;
    this.id = owner == null ? -1 : owner.add(this);
  }

  /** A constant; it belongs to no module. */
  public static Node literal(BigInteger value, int width, boolean signed) {
    return new Node(Op.LITERAL, width, signed, null, NO_OPERANDS, 0, null, value, -1);
  }

  /**
   * A port, wire or register.
   *
   * @param reset value that a register takes under reset, or null
   * @param domain index of the clock domain in the module, {@link Definition#ASYNCHRONOUS} for a
   *     port without one, -1 for a wire
   */
  public static Node signal(
      Op op, int width, boolean signed, Definition owner, BigInteger reset, int domain) {
    return new Node(op, width, signed, owner, NO_OPERANDS, 0, null, reset, domain);
  }

  /** An expression over nodes of {@code owner}. */
  public static Node expression(
      Op op, int width, boolean signed, Definition owner, Node... operands) {
    return new Node(op, width, signed, owner, List.of(operands), 0, null, null, -1);
  }

  /** The bits {@code low + width - 1} to {@code low} of {@code base}. */
  public static Node slice(Node base, int low, int width, Definition owner) {
    return new Node(Op.SLICE, width, false, owner, List.of(base), low, null, null, -1);
  }

  /** The word at {@code address} in the same cycle. */
  public static Node read(Memory memory, Node address, Definition owner) {
    return new Node(Op.READ, memory.width(), false, owner, List.of(address), 0, memory, null, -1);
  }

  /** What the node is or computes. */
  public Op op() {
    return op;
  }

  /** Bits of the node, 1 or more. */
  public int width() {
    return width;
  }

  /** Whether the value is read as two's complement. */
  public boolean signed() {
    return signed;
  }

  /** The module whose ports, wires and registers the node is made of; null for a constant. */
  public Definition owner() {
    return owner;
  }

  /** Position in creation order. */
  public int id() {
    return id;
  }

  /** Which of the ports of its module the node is. */
  int port() {
    return port;
  }

  void port(int position) {
    port = position;
  }

  /** Operands in the order of {@link Op}. */
  public List<Node> operands() {
    return operands;
  }

  /** Operand {@code i}. */
  public Node operand(int i) {
    return operands.get(i);
  }

  /** Lowest bit of a slice. */
  public int low() {
    return low;
  }

  /** The memory that a {@link Op#READ} reads. */
  public Memory memory() {
    return memory;
  }

  /** Value of a constant, or of a register under reset (null when reset leaves it alone). */
  public BigInteger value() {
    return value;
  }

  /** Clock domain of a port or register, as an index into {@link Definition#domains()}. */
  public int domain() {
    return domain;
  }

  /**
   * Whether the register may sample a signal of another clock domain: the first flop of a
   * synchroniser.
   */
  public boolean capturing() {
    return capturing;
  }

  /** Makes the register the first flop of a synchroniser. */
  public Node capture() {
    capturing = true;
    return this;
  }

  /**
   * Name of the value of a constant, or of the reset value of a register, that is one of an enum;
   * null for numbers.
   */
  public String symbol() {
    return enumeration == null || value == null ? null : enumeration.get(value.intValueExact());
  }

  /** Names of the values 0, 1, ... of an enum; null for numbers. */
  public List<String> enumeration() {
    return enumeration;
  }

  /** Makes the values constants of an enum. */
  public Node enumeration(List<String> constants) {
    this.enumeration = constants;
    return this;
  }

  /**
   * Name from the source or chosen by the user, not yet unique; null for an anonymous expression.
   */
  public String name() {
    return name;
  }

  /** Names the node and records the source line it comes from. */
  public Node named(String name, String location) {
    this.name = name;
    this.location = location;
    return this;
  }

  /**
   * Source line of the declaration such as {@code Counter.java:17}; "unknown" without debug
   * information.
   */
  public String location() {
    return location == null ? "unknown" : location;
  }

  /** The type as the language writes it: {@code bit}, {@code uint(8)} or {@code sint(8)}. */
  public String type() {
    return (signed ? "sint(" : "uint(") + width + ")";
  }

  /** Name for messages: the name, the value of a constant, or the operation. */
  public String describe() {
    if (name != null) {
      Instance instance = owner == null ? null : owner.instance();
      return instance != null && (op == Op.INPUT || op == Op.OUTPUT)
          ? instance.name() + "." + name
          : name;
    }
    return op == Op.LITERAL
        ? value.toString()
        : "the result of " + op.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public String toString() {
    return describe() + ":" + type();
  }
}

package dev.heddle.hdl.ir;

/**
 * What a {@link Node} is or computes. Operands are called a, b, c; "value" is the integer a node
 * stands for, "bits" its two's complement pattern.
 */
public enum Op {
  /** A port that the module reads. */
  INPUT,
  /** A port that the module drives. */
  OUTPUT,
  /** A combinational signal driven by statements. */
  WIRE,
  /** A signal that takes its driven value at the clock edge. */
  REGISTER,
  /** A constant. */
  LITERAL,

  /** a + b. */
  ADD,
  /** a - b, always signed. */
  SUB,
  /** a * b. */
  MUL,
  /** a * 2^b, b unsigned. */
  SHL,
  /** floor(a / 2^b), b unsigned. */
  SHR,

  /** Bitwise and of values extended to the width of the result. */
  AND,
  /** Bitwise or of values extended to the width of the result. */
  OR,
  /** Bitwise exclusive or of values extended to the width of the result. */
  XOR,
  /** Bitwise complement of the bits of a. */
  NOT,
  /** Whether every bit of a is one. */
  ALL,
  /** Whether some bit of a is one. */
  ANY,
  /** Exclusive or of the bits of a. */
  PARITY,

  /** Whether the values are equal. */
  EQ,
  /** Whether the values differ. */
  NE,
  /** Whether a is less than b. */
  LT,
  /** Whether a is at most b. */
  LE,
  /** b when a is one, c when a is zero. */
  MUX,

  /** The bits of the operands side by side, the first in the most significant place. */
  CAT,
  /** Bits {@link Node#low()} and up of a, as an unsigned value. */
  SLICE,
  /** The low bits of a, read as a value of the result's sign. */
  WRAP,
  /** The value of a in more bits. */
  EXTEND,
  /** The bits of a read with the other sign. */
  REINTERPRET,

  /** The word of {@link Node#memory()} at address a, in the same cycle. */
  READ;

  /** Whether statements may drive nodes of this kind. */
  public boolean isSignal() {
    return this == INPUT || this == OUTPUT || this == WIRE || this == REGISTER;
  }

  /** Whether the result can exceed the width of the operands. */
  public boolean isArithmetic() {
    return this == ADD || this == SUB || this == MUL || this == SHL;
  }
}

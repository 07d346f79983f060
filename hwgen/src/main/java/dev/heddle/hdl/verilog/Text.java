package dev.heddle.hdl.verilog;

/**
 * A Verilog expression.
 *
 * @param text the expression
 * @param precedence how tightly its outermost operator binds
 * @param signed whether Verilog reads it as signed
 */
record Text(String text, int precedence, boolean signed) {
  static final int CONDITIONAL = 0;
  static final int LOGICAL_OR = 1;
  static final int LOGICAL_AND = 2;
  static final int OR = 3;
  static final int XOR = 4;
  static final int AND = 5;
  static final int EQUALITY = 6;
  static final int RELATION = 7;
  static final int SHIFT = 8;
  static final int SUM = 9;
  static final int PRODUCT = 10;
  static final int UNARY = 11;
  static final int PRIMARY = 12;

  static Text primary(String text, boolean signed) {
    return new Text(text, PRIMARY, signed);
  }

  static Text binary(Text left, String operator, Text right, int precedence, boolean signed) {
    String joined = left.bound(precedence) + " " + operator + " " + right.bound(precedence + 1);
    return new Text(joined, precedence, signed);
  }

  /** The text, in parentheses when its operator binds less tightly than {@code least}. */
  String bound(int least) {
    return precedence < least ? "(" + text + ")" : text;
  }

  /** The same expression as Verilog reads it with the sign wanted. */
  Text as(boolean wanted) {
    if (signed == wanted) {
      return this;
    }
    return primary((wanted ? "$signed(" : "$unsigned(") + text + ")", wanted);
  }
}

package dev.heddle.hdl.verilog;

import java.util.regex.Pattern;

/**
 * A Verilog expression.
 *
 * @param text the expression
 * @param precedence how tightly its outermost operator binds
 * @param signed whether Verilog reads it as signed
 */
record Text(String text, int precedence, boolean signed) {
  private static final String SIGNED = "$signed(";
  private static final String UNSIGNED = "$unsigned(";
  private static final Pattern PLAIN = Pattern.compile("\\w+\\[[0-9:]+\\]");

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

  /** An operator for which the order of evaluation does not matter. */
  static Text chain(Text left, String operator, Text right, int precedence, boolean signed) {
    String joined = left.bound(precedence) + " " + operator + " " + right.bound(precedence);
    return new Text(joined, precedence, signed);
  }

  /** The text, in parentheses when its operator binds less tightly than {@code least}. */
  String bound(int least) {
    return precedence < least ? "(" + text + ")" : text;
  }

  /** Whether the outermost operator does nothing but change the sign. */
  boolean changesSign() {
    return precedence == PRIMARY && (text.startsWith(SIGNED) || text.startsWith(UNSIGNED));
  }

  /** The same expression as Verilog reads it with the sign wanted. */
  Text as(boolean wanted) {
    if (signed == wanted) {
      return this;
    }
    if (signed && text.startsWith(SIGNED)) {
      // The sign was taken up only to be laid down again.
      String inner = text.substring(SIGNED.length(), text.length() - 1);
      if (PLAIN.matcher(inner).matches()) {
        return primary(inner, false);
      }
    }
    return primary((wanted ? SIGNED : UNSIGNED) + text + ")", wanted);
  }
}

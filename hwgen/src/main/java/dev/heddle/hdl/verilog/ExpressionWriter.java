package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.NodeMap;
import dev.heddle.hdl.ir.Op;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * Writes the expressions of one module.
 *
 * <p>A node stands for an exact integer, but the width and sign of a Verilog expression depend on
 * what surrounds it. So an operator is written inside another expression only where the
 * surroundings cannot change its value; everywhere else it gets a wire of its own width, named
 * after what uses it. Narrow operands are extended in the open. Two extensions are left to Verilog
 * because every tool does them without complaint: the carry of a sum (operands one bit narrower
 * than the sum) and the operands of a product.
 */
final class ExpressionWriter {
  /** What surrounds an expression. */
  private enum Context {
    /** The right-hand side of an assignment to a target of exactly the width asked for. */
    ROOT,
    /** An operand of a sum or product, evaluated in the width asked for. */
    ARITHMETIC,
    /**
     * A place where Verilog gives an expression its own width: concatenation, comparison, index.
     */
    SELF
  }

  private final NodeMap<String> names;
  private final Map<Memory, String> memories;
  private final HelperWires wires;
  private final ReadBits reads;
  private final EnumConstants constants;
  private boolean combinationalBlock;

  /**
   * A writer.
   *
   * @param names names of ports, signals and named expressions; gains those of helper wires
   * @param memories names of the memories
   * @param wires decides on helper wires
   * @param reads told which bits the expressions read
   * @param constants told which constants of enums the expressions use
   */
  ExpressionWriter(
      NodeMap<String> names,
      Map<Memory, String> memories,
      HelperWires wires,
      ReadBits reads,
      EnumConstants constants) {
    this.names = names;
    this.memories = memories;
    this.wires = wires;
    this.reads = reads;
    this.constants = constants;
  }

  /** The right-hand side of an assignment of {@code node} to a target of {@code width} bits. */
  String root(Node node, int width, String consumer) {
    return value(node, width, node.signed(), Context.ROOT, consumer).text();
  }

  /** The right-hand side of an assignment inside {@code always @*}, where memories are not read. */
  String combinational(Node node, int width, String consumer) {
    combinationalBlock = true;
    try {
      return root(node, width, consumer);
    } finally {
      combinationalBlock = false;
    }
  }

  /** What an input of an instance is connected to. */
  String pin(Node node, int width, String consumer) {
    Text text = value(node, width, false, Context.SELF, consumer);
    // yosys stops where nothing but the sign of a signal changes in a connection.
    return text.changesSign() ? name(node, consumer) : text.text();
  }

  /** A condition or index: an expression of its own width. */
  String self(Node node, int width, String consumer) {
    return value(node, width, false, Context.SELF, consumer).text();
  }

  /** A condition of a statement: written where it stands as long as it is short. */
  String condition(Node node, String consumer) {
    boolean inlined =
        node.op() != Op.LITERAL
            && node.op() != Op.READ
            && !names.contains(node)
            && wires.isShort(node);
    return inlined
        ? operation(node, 1, false, Context.SELF, consumer).text()
        : self(node, 1, consumer);
  }

  /** The name of {@code node}, which gets a wire when it has none; all its bits count as read. */
  String name(Node node, String consumer) {
    String name = reference(node, consumer);
    reads.all(node);
    return name;
  }

  /** The text that defines the wire of a named expression. */
  String definition(Node node) {
    String name = names.get(node);
    String consumer = wires.consumer(node);
    names.put(node, null);
    String text = operation(node, node.width(), node.signed(), Context.ROOT, consumer).text();
    names.put(node, name);
    return text;
  }

  // ---- values

  private Text value(Node node, int width, boolean signed, Context context, String consumer) {
    if (node.op() == Op.LITERAL) {
      return literal(node, width, signed);
    }
    String name = names.get(node);
    boolean readInBlock = combinationalBlock && node.op() == Op.READ;
    if (name == null && (readInBlock || wires.isWanted(node))) {
      name = wires.add(node, consumer);
    }
    return name != null
        ? fit(node, name, width, signed)
        : operation(node, width, signed, context, consumer);
  }

  /** A name in the width and sign wanted. */
  private Text fit(Node node, String name, int width, boolean signed) {
    int own = node.width();
    if (width < own) {
      reads.part(node, width - 1, 0);
      String part = width == 1 ? name + "[0]" : name + "[" + (width - 1) + ":0]";
      return Text.primary(part, false).as(signed);
    }
    reads.all(node);
    if (width == own) {
      Text plain = Text.primary(name, node.signed());
      // Reading signed bits as unsigned is visible in the type; Verilog needs to be told only the
      // other way round.
      return signed ? plain.as(true) : plain;
    }
    return extend(name, own, node.signed(), width).as(signed);
  }

  private static Text extend(String primary, int own, boolean signed, int width) {
    int missing = width - own;
    if (!signed) {
      return Text.primary("{" + missing + "'d0, " + primary + "}", false);
    }
    if (own == 1) {
      return Text.primary("{" + width + "{" + primary + "}}", false);
    }
    return Text.primary(
        "{{" + missing + "{" + primary + "[" + (own - 1) + "]}}, " + primary + "}", false);
  }

  private String reference(Node node, String consumer) {
    String name = names.get(node);
    return name != null ? name : wires.add(node, consumer);
  }

  private Text named(Node node, int width, boolean signed, String consumer) {
    if (node.op() == Op.LITERAL) {
      return literal(node, width, signed);
    }
    return fit(node, reference(node, consumer), width, signed);
  }

  /** A node that has no name, written as its operator. */
  private Text operation(Node node, int width, boolean signed, Context context, String consumer) {
    return switch (node.op()) {
      case ADD, SUB, MUL, SHL ->
          isInlined(node, width, signed, context)
              ? arithmetic(node, width, signed, consumer)
              : named(node, width, signed, consumer);
      case SHR -> {
        if (context != Context.ROOT || width != node.width()) {
          yield named(node, width, signed, consumer);
        }
        Node base = node.operand(0);
        Text left = value(base, width, base.signed(), Context.SELF, consumer);
        Text amount = places(node.operand(1), base.width(), consumer);
        yield Text.binary(left, base.signed() ? ">>>" : ">>", amount, Text.SHIFT, base.signed());
      }
      case AND, OR, XOR -> bitwise(node, width, signed, consumer);
      case NOT -> {
        if (node.width() != width) {
          yield widened(node, width, signed, consumer);
        }
        Text operand = value(node.operand(0), width, false, Context.SELF, consumer);
        String text = (width == 1 ? "!" : "~") + operand.bound(Text.PRIMARY);
        yield new Text(text, Text.UNARY, width > 1 && operand.signed()).as(signed);
      }
      case ALL, ANY, PARITY -> {
        if (width != 1) {
          yield widened(node, width, signed, consumer);
        }
        Node operand = node.operand(0);
        String symbol = node.op() == Op.ALL ? "&" : node.op() == Op.ANY ? "|" : "^";
        String text =
            value(operand, operand.width(), false, Context.SELF, consumer).bound(Text.PRIMARY);
        // In parentheses next to any operator: nobody should have to parse |a == &b.
        Text reduced =
            operand.width() == 1
                ? new Text(text, Text.UNARY, false)
                : new Text(symbol + text, Text.CONDITIONAL, false);
        yield reduced.as(signed);
      }
      case EQ, NE, LT, LE -> comparison(node, width, signed, consumer);
      case MUX -> {
        Text select = value(node.operand(0), 1, false, Context.SELF, consumer);
        // An unsigned branch makes the other one unsigned too, so each has to keep its sign.
        Context branch = context == Context.ROOT ? Context.ARITHMETIC : context;
        Text one = value(node.operand(1), width, signed, branch, consumer);
        Text zero = value(node.operand(2), width, signed, branch, consumer);
        String text =
            select.bound(Text.LOGICAL_OR)
                + " ? "
                + one.bound(Text.LOGICAL_OR)
                + " : "
                + zero.bound(Text.CONDITIONAL);
        yield new Text(text, Text.CONDITIONAL, one.signed() && zero.signed());
      }
      case CAT -> {
        if (node.width() != width) {
          yield widened(node, width, signed, consumer);
        }
        yield concatenation(node, consumer).as(signed);
      }
      case SLICE -> slice(node, width, signed, consumer);
      case WRAP -> wrap(node, width, signed, context, consumer);
      case EXTEND -> value(node.operand(0), width, signed, context, consumer);
      case REINTERPRET -> reinterpret(node, width, signed, context, consumer);
      case READ -> {
        if (node.width() != width) {
          yield named(node, width, signed, consumer);
        }
        Node address = node.operand(0);
        String index = value(address, address.width(), false, Context.SELF, consumer).text();
        yield Text.primary(memories.get(node.memory()) + "[" + index + "]", false).as(signed);
      }
      default -> throw new IllegalStateException(node + " has no name in this module");
    };
  }

  // ---- arithmetic

  /** How far {@code width} bits move right; Verilator takes no constant of more than 32 bits. */
  private Text places(Node amount, int width, String consumer) {
    if (amount.op() == Op.LITERAL && amount.width() > Integer.SIZE) {
      BigInteger enough = amount.value().min(BigInteger.valueOf(width));
      return Text.primary(Constant.of(enough, Integer.SIZE, false), false);
    }
    return value(amount, amount.width(), false, Context.SELF, consumer);
  }

  /** Whether the surroundings keep the value of a sum or product. */
  private boolean isInlined(Node node, int width, boolean signed, Context context) {
    boolean exact = node.op() == Op.MUL ? width >= node.width() : width == node.width();
    return exact && isCompatible(node, signed, context);
  }

  private static boolean isCompatible(Node node, boolean signed, Context context) {
    if (node.op() == Op.SHL) {
      return context == Context.ROOT;
    }
    if (context == Context.SELF) {
      return false;
    }
    if (context == Context.ROOT) {
      return true;
    }
    for (Node operand : node.operands()) {
      if (operand.op() != Op.LITERAL && operand.signed() != signed) {
        return false;
      }
    }
    return true;
  }

  /** A sum or product modulo 2^width. */
  private Text arithmetic(Node node, int width, boolean signed, String consumer) {
    Node a = node.operand(0);
    Node b = node.operand(1);
    if (node.op() == Op.SHL) {
      Text base =
          a.width() > width
              ? named(a, width, false, consumer)
              : value(a, width, a.signed(), Context.SELF, consumer);
      Text amount = value(b, b.width(), false, Context.SELF, consumer);
      return Text.binary(base, "<<", amount, Text.SHIFT, base.signed());
    }
    boolean sign = a.op() == Op.LITERAL ? b.signed() : a.signed();
    if (node.op() == Op.MUL) {
      Text left = factor(a, width, sign, consumer);
      Text right = factor(b, width, sign, consumer);
      return Text.binary(left, "*", right, Text.PRODUCT, left.signed() && right.signed());
    }
    Text left = term(a, width, sign, consumer);
    Text right = term(b, width, sign, consumer);
    return Text.binary(
        left, node.op() == Op.ADD ? "+" : "-", right, Text.SUM, left.signed() && right.signed());
  }

  private Text factor(Node node, int width, boolean signed, String consumer) {
    if (node.width() > width) {
      return lowBits(node, width, signed, consumer);
    }
    return node.op().isArithmetic() && !names.contains(node)
        ? named(node, node.width(), signed, consumer)
        : value(node, node.width(), signed, Context.SELF, consumer);
  }

  private Text term(Node node, int width, boolean signed, String consumer) {
    if (node.width() > width) {
      return lowBits(node, width, signed, consumer);
    }
    // Verilog extends a sum's operand by the one bit of its carry without complaint.
    if (node.width() == width - 1) {
      if (node.op().isArithmetic() && node.op() != Op.MUL && isUnnamedOperation(node)) {
        wires.add(node, consumer);
      }
      if (!isUnnamedOperation(node)) {
        return value(node, node.width(), signed, Context.ARITHMETIC, consumer);
      }
    }
    return value(node, width, signed, Context.ARITHMETIC, consumer);
  }

  private boolean isUnnamedOperation(Node node) {
    return node.op() != Op.LITERAL && !names.contains(node);
  }

  private Text lowBits(Node node, int width, boolean signed, String consumer) {
    if (node.op() == Op.LITERAL) {
      return literal(node, width, signed);
    }
    if (!names.contains(node)
        && wires.isSingle(node)
        && node.op().isArithmetic()
        && isCompatible(node, signed, Context.ARITHMETIC)) {
      return arithmetic(node, width, signed, consumer);
    }
    return named(node, width, signed, consumer);
  }

  // ---- the other operators

  private Text bitwise(Node node, int width, boolean signed, String consumer) {
    if (node.width() != width) {
      return widened(node, width, signed, consumer);
    }
    Text left = value(node.operand(0), width, false, Context.SELF, consumer);
    Text right = value(node.operand(1), width, false, Context.SELF, consumer);
    boolean sign = left.signed() && right.signed();
    Text text =
        switch (node.op()) {
          case AND ->
              width == 1
                  ? Text.chain(left, "&&", right, Text.LOGICAL_AND, false)
                  : Text.chain(left, "&", right, Text.AND, sign);
          case OR ->
              width == 1
                  ? Text.chain(left, "||", right, Text.LOGICAL_OR, false)
                  : Text.chain(left, "|", right, Text.OR, sign);
          default -> Text.chain(left, "^", right, Text.XOR, sign);
        };
    return signed ? text.as(true) : text;
  }

  private Text comparison(Node node, int width, boolean signed, String consumer) {
    if (width != 1) {
      return widened(node, width, signed, consumer);
    }
    Node a = node.operand(0);
    Node b = node.operand(1);
    boolean sign = a.op() == Op.LITERAL ? b.signed() : a.signed();
    int common = Math.max(a.width(), b.width());
    Text left = compared(a, common, sign, consumer);
    Text right = compared(b, common, sign, consumer);
    boolean equality = node.op() == Op.EQ || node.op() == Op.NE;
    boolean flipped = a.op() == Op.LITERAL;
    String operator =
        switch (node.op()) {
          case EQ -> "==";
          case NE -> "!=";
          case LT -> flipped ? ">" : "<";
          default -> flipped ? ">=" : "<=";
        };
    if (flipped) {
      Text constant = left;
      left = right;
      right = constant;
    }
    return Text.binary(left, operator, right, equality ? Text.EQUALITY : Text.RELATION, false)
        .as(signed);
  }

  private Text compared(Node node, int width, boolean signed, String consumer) {
    return value(node, width, signed, Context.SELF, consumer).as(signed);
  }

  private Text concatenation(Node node, String consumer) {
    List<Node> parts = node.operands();
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < parts.size(); ) {
      Node part = parts.get(i);
      int copies = 1;
      while (i + copies < parts.size() && parts.get(i + copies) == part) {
        copies++;
      }
      String element = value(part, part.width(), false, Context.SELF, consumer).text();
      if (text.length() > 1) {
        text.append(", ");
      }
      if (copies == 1) {
        text.append(element);
      } else if (copies == parts.size()) {
        return Text.primary("{" + copies + "{" + element + "}}", false);
      } else {
        text.append('{').append(copies).append('{').append(element).append("}}");
      }
      i += copies;
    }
    return Text.primary(text.append('}').toString(), false);
  }

  private Text slice(Node node, int width, boolean signed, String consumer) {
    return node.width() == width
        ? bits(node.operand(0), node.low(), width, signed, consumer)
        : widened(node, width, signed, consumer);
  }

  private Text wrap(Node node, int width, boolean signed, Context context, String consumer) {
    Node base = node.operand(0);
    if (width != node.width()) {
      return widened(node, width, signed, consumer);
    }
    if (isUnnamedOperation(base)
        && base.op().isArithmetic()
        && wires.isSole(base)
        && wires.isSole(node)
        && isCompatible(base, signed, context)) {
      return arithmetic(base, width, signed, consumer);
    }
    return bits(base, 0, width, signed, consumer);
  }

  /** The bits {@code low + count - 1} to {@code low} of a node. */
  private Text bits(Node node, int low, int count, boolean signed, String consumer) {
    Node base = node;
    int start = low;
    while (isUnnamedOperation(base)
        && (base.op() == Op.SLICE || base.op() == Op.WRAP || base.op() == Op.REINTERPRET)) {
      start += base.op() == Op.SLICE ? base.low() : 0;
      base = base.operand(0);
    }
    String name = reference(base, consumer);
    int high = start + count - 1;
    reads.part(base, high, start);
    if (base.width() == count) {
      return Text.primary(name, base.signed()).as(signed);
    }
    String range = high == start ? "[" + start + "]" : "[" + high + ":" + start + "]";
    return Text.primary(name + range, false).as(signed);
  }

  private Text reinterpret(Node node, int width, boolean signed, Context context, String consumer) {
    Node base = node.operand(0);
    if (width != node.width()) {
      return widened(node, width, signed, consumer);
    }
    boolean plain = context == Context.ROOT && base.op() != Op.EXTEND;
    Text text = value(base, width, base.signed(), plain ? context : Context.SELF, consumer);
    // $signed would give a product or sum a width of its own; a whole right-hand side needs none.
    return context == Context.ROOT ? text : text.as(signed);
  }

  /** An operator whose result is narrower than what is wanted. */
  private Text widened(Node node, int width, boolean signed, String consumer) {
    if (node.signed() || width < node.width()) {
      return named(node, width, signed, consumer);
    }
    String text = operation(node, node.width(), false, Context.SELF, consumer).text();
    return extend(text, node.width(), false, width).as(signed);
  }

  // ---- constants

  private Text literal(Node node, int width, boolean signed) {
    if (node.symbol() != null && width == node.width()) {
      return Text.primary(constants.name(node), false).as(signed);
    }
    return Text.primary(Constant.of(node.value(), width, signed), signed);
  }

  /** The memory names, for the statements. */
  String memory(Memory memory) {
    return memories.get(memory);
  }
}

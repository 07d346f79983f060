package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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

  /** A wire that an expression got. */
  record Wire(Node node, String name, String text) {}

  private static final int DEEPEST = 8;

  private final Map<Node, String> names;
  private final Names scope;
  private final Map<Node, Integer> uses;
  private final Map<Node, Integer> depths = new IdentityHashMap<>();
  private final Map<Node, BitSet> read = new IdentityHashMap<>();
  private final Map<String, Node> symbols = new LinkedHashMap<>();
  private final List<Node> pending = new ArrayList<>();
  private final Map<Node, String> consumers = new IdentityHashMap<>();
  private final Map<Memory, String> memories;
  private boolean combinationalBlock;

  /**
   * A writer.
   *
   * @param names names of ports, signals and named expressions; gains those of helper wires
   * @param scope all names of the module
   * @param uses how often each node is an operand or a driver
   */
  ExpressionWriter(
      Map<Node, String> names, Names scope, Map<Node, Integer> uses, Map<Memory, String> memories) {
    this.names = names;
    this.scope = scope;
    this.uses = uses;
    this.memories = memories;
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

  /** A condition, index or pin: an expression of its own width. */
  String self(Node node, int width, String consumer) {
    return value(node, width, false, Context.SELF, consumer).text();
  }

  /** The name of {@code node}, which gets a wire when it has none; all its bits count as read. */
  String name(Node node, String consumer) {
    String name = reference(node, consumer);
    readAll(node);
    return name;
  }

  /** The text that defines the wire of a named expression. */
  String definition(Node node) {
    String name = names.remove(node);
    String consumer = consumers.getOrDefault(node, name);
    String text = operation(node, node.width(), node.signed(), Context.ROOT, consumer).text();
    names.put(node, name);
    return text;
  }

  /** Expressions that got a wire since the last call. */
  List<Node> takePending() {
    List<Node> taken = List.copyOf(pending);
    pending.clear();
    return taken;
  }

  /** Constants of enums that were written, by name. */
  Map<String, Node> symbols() {
    return symbols;
  }

  /** Bits of a named node that were read. */
  BitSet read(Node node) {
    return read.getOrDefault(node, new BitSet());
  }

  /** Notes that all bits of a node are read. */
  void readAll(Node node) {
    use(node, node.width() - 1, 0);
  }

  private void use(Node node, int high, int low) {
    read.computeIfAbsent(node, key -> new BitSet(key.width())).set(low, high + 1);
  }

  // ---- values

  private Text value(Node node, int width, boolean signed, Context context, String consumer) {
    if (node.op() == Op.LITERAL) {
      return literal(node, width, signed);
    }
    String name = names.get(node);
    if (name == null && needsName(node)) {
      name = materialise(node, consumer);
    }
    return name != null
        ? fit(node, name, width, signed)
        : operation(node, width, signed, context, consumer);
  }

  private boolean needsName(Node node) {
    if (combinationalBlock && node.op() == Op.READ) {
      return true;
    }
    boolean cheap =
        switch (node.op()) {
          case SLICE, REINTERPRET, WRAP, EXTEND -> true;
          case NOT -> node.width() == 1;
          default -> false;
        };
    return !cheap && uses.getOrDefault(node, 0) > 1 || depth(node) > DEEPEST;
  }

  private int depth(Node node) {
    Integer known = depths.get(node);
    if (known != null) {
      return known;
    }
    int depth = 0;
    for (Node operand : node.operands()) {
      if (operand.op() != Op.LITERAL && !names.containsKey(operand)) {
        int below = depth(operand);
        depth = Math.max(depth, below > DEEPEST ? 0 : below);
      }
    }
    depths.put(node, depth + 1);
    return depth + 1;
  }

  private String materialise(Node node, String consumer) {
    String suffix =
        switch (node.op()) {
          case ADD -> "sum";
          case SUB -> "difference";
          case MUL -> "product";
          case SHL, SHR -> "shifted";
          case AND, OR, XOR, NOT -> node.width() == 1 ? "condition" : "bits";
          case EQ, NE, LT, LE, ALL, ANY -> "condition";
          case PARITY -> "parity";
          case MUX -> "choice";
          case READ -> "word";
          default -> "bits";
        };
    String name = scope.claim(consumer + "_" + suffix);
    names.put(node, name);
    pending.add(node);
    consumers.put(node, consumer);
    return name;
  }

  /** A name in the width and sign wanted. */
  private Text fit(Node node, String name, int width, boolean signed) {
    int own = node.width();
    if (width < own) {
      use(node, width - 1, 0);
      String part = width == 1 ? name + "[0]" : name + "[" + (width - 1) + ":0]";
      return Text.primary(part, false).as(signed);
    }
    readAll(node);
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
    return name != null ? name : materialise(node, consumer);
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
        Text amount =
            value(node.operand(1), node.operand(1).width(), false, Context.SELF, consumer);
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
    return node.op().isArithmetic() && !names.containsKey(node)
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
        materialise(node, consumer);
      }
      if (!isUnnamedOperation(node)) {
        return value(node, node.width(), signed, Context.ARITHMETIC, consumer);
      }
    }
    return value(node, width, signed, Context.ARITHMETIC, consumer);
  }

  private boolean isUnnamedOperation(Node node) {
    return node.op() != Op.LITERAL && !names.containsKey(node);
  }

  private Text lowBits(Node node, int width, boolean signed, String consumer) {
    if (node.op() == Op.LITERAL) {
      return literal(node, width, signed);
    }
    boolean single = uses.getOrDefault(node, 0) <= 1 && depth(node) <= DEEPEST;
    if (!names.containsKey(node)
        && single
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
                  ? Text.binary(left, "&&", right, Text.LOGICAL_AND, false)
                  : Text.binary(left, "&", right, Text.AND, sign);
          case OR ->
              width == 1
                  ? Text.binary(left, "||", right, Text.LOGICAL_OR, false)
                  : Text.binary(left, "|", right, Text.OR, sign);
          default -> Text.binary(left, "^", right, Text.XOR, sign);
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
    boolean single = uses.getOrDefault(base, 0) <= 1 && uses.getOrDefault(node, 0) <= 1;
    if (isUnnamedOperation(base)
        && base.op().isArithmetic()
        && single
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
    use(base, high, start);
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
      symbols.put(node.symbol(), node);
      return Text.primary(node.symbol(), false).as(signed);
    }
    return Text.primary(constant(node.value(), width, signed), signed);
  }

  /** A sized constant. */
  static String constant(BigInteger value, int width, boolean signed) {
    BigInteger modulus = BigInteger.ONE.shiftLeft(width);
    BigInteger bits = value.mod(modulus);
    if (signed && bits.testBit(width - 1)) {
      BigInteger magnitude = modulus.subtract(bits);
      if (magnitude.bitLength() < width && magnitude.bitLength() <= 31) {
        return "-" + width + "'sd" + magnitude;
      }
    } else if (bits.bitLength() <= 31) {
      return width + (signed ? "'sd" : "'d") + bits;
    }
    return width + (signed ? "'sh" : "'h") + bits.toString(16).toLowerCase(Locale.ROOT);
  }

  /** The memory names, for the statements. */
  String memory(Memory memory) {
    return memories.get(memory);
  }
}

package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.NodeMap;
import dev.heddle.hdl.ir.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * Which expressions without a name get a wire, and its name: what is read in several places, and
 * what would make an expression too deep to follow.
 */
final class HelperWires {
  private static final int DEEPEST = 8;
  private static final int DEEPEST_CONDITION = 2;

  private final NodeMap<String> names;
  private final Names scope;
  private final Liveness live;
  private final int[] depths;
  private final List<Node> pending = new ArrayList<>();
  private final NodeMap<String> consumers;

  HelperWires(NodeMap<String> names, Names scope, Liveness live) {
    this.names = names;
    this.scope = scope;
    this.live = live;
    depths = new int[live.numbers().size()];
    consumers = new NodeMap<>(live.numbers());
  }

  /** Whether an expression without a name should have one. */
  boolean isWanted(Node node) {
    boolean cheap =
        switch (node.op()) {
          case SLICE, REINTERPRET, WRAP, EXTEND -> true;
          case NOT -> node.width() == 1;
          default -> false;
        };
    return !cheap && live.uses(node) > 1 || depth(node) > DEEPEST;
  }

  /** Whether an expression stays short enough where it stands, whoever else reads it. */
  boolean isShort(Node node) {
    return depth(node) <= DEEPEST_CONDITION;
  }

  /** Whether an expression is read in one place at most and short enough to stand there. */
  boolean isSingle(Node node) {
    return isSole(node) && depth(node) <= DEEPEST;
  }

  /** Whether an expression is read in one place at most. */
  boolean isSole(Node node) {
    return live.uses(node) <= 1;
  }

  private int depth(Node node) {
    int known = depths[live.numbers().of(node)];
    if (known > 0) {
      return known;
    }
    int depth = 0;
    for (Node operand : node.operands()) {
      if (operand.op() != Op.LITERAL && !names.contains(operand)) {
        int below = depth(operand);
        depth = Math.max(depth, below > DEEPEST ? 0 : below);
      }
    }
    depths[live.numbers().of(node)] = depth + 1;
    return depth + 1;
  }

  /** Gives an expression a wire, named after the {@code consumer} and what is computed. */
  String add(Node node, String consumer) {
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

  /** After whom helpers in the definition of a wire are named. */
  String consumer(Node node) {
    String consumer = consumers.get(node);
    return consumer == null ? names.get(node) : consumer;
  }

  /** Expressions that got a wire since the last call. */
  List<Node> takePending() {
    List<Node> taken = List.copyOf(pending);
    pending.clear();
    return taken;
  }
}

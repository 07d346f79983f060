package dev.heddle.hdl.random;

import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Counts what occurs in circuits, to tell what never does. */
final class Coverage {
  /** Operations whose operands may be two's complement. */
  private static final Set<Op> SIGNED =
      EnumSet.of(
          Op.INPUT,
          Op.OUTPUT,
          Op.WIRE,
          Op.REGISTER,
          Op.LITERAL,
          Op.ADD,
          Op.SUB,
          Op.MUL,
          Op.SHL,
          Op.SHR,
          Op.NOT,
          Op.EQ,
          Op.NE,
          Op.LT,
          Op.LE,
          Op.MUX,
          Op.CAT,
          Op.SLICE,
          Op.WRAP,
          Op.EXTEND,
          Op.REINTERPRET);

  /** Operations that are written differently for wide numbers, or might be. */
  private static final Set<Op> ANY_WIDTH = EnumSet.complementOf(EnumSet.of(Op.READ));

  /** Upper ends of the ranges of widths in which each operation is wanted. */
  private static final int[] RANGES = {32, 64, 128, Plan.WIDEST};

  private static final List<String> STATEMENTS =
      List.of(
          "assignment",
          "when",
          "when with otherwise",
          "when in a when",
          "match",
          "when in a match",
          "match with an empty case",
          "memory write",
          "memory write in a when",
          "memory write with a mask",
          "property assert",
          "property assume",
          "property cover",
          "property in a when",
          "register with reset",
          "register without reset",
          "register kept in a branch",
          "state register",
          "capturing register",
          "memory",
          "memory of another depth than a power of two",
          "memory between clocks",
          "table",
          "instance",
          "instance in an instance",
          "equal instances",
          "instance of two clocks",
          "instance with its clocks in another order");

  private final Map<String, Integer> counts = new HashMap<>();
  private int circuits;

  /** Counts the steps and what they made. */
  void add(List<Plan> plans, Definition top) {
    circuits += plans.size();
    for (Plan plan : plans) {
      plan.steps().forEach(step -> count("step " + step.kind()));
    }
    for (Instance circuit : top.instances()) {
      add(circuit.definition(), 1);
    }
  }

  int circuits() {
    return circuits;
  }

  /** What is wanted and never occurred. */
  List<String> missing() {
    return wanted().stream().filter(what -> !counts.containsKey(what)).toList();
  }

  /** The thing wanted that occurred least, and how often. */
  String rarest() {
    String rarest = Collections.min(wanted(), Comparator.comparing(this::occurrences));
    return rarest + " " + occurrences(rarest) + " times";
  }

  private int occurrences(String what) {
    return counts.getOrDefault(what, 0);
  }

  private static List<String> wanted() {
    List<String> wanted = new ArrayList<>();
    for (Step.Kind kind : Step.Kind.values()) {
      wanted.add("step " + kind);
    }
    wanted.addAll(STATEMENTS);
    for (Op op : Op.values()) {
      wanted.add(op.name());
    }
    for (Op op : ANY_WIDTH) {
      for (int range = 0; range < RANGES.length; range++) {
        wanted.add(inRange(op, range, false));
        if (SIGNED.contains(op)) {
          wanted.add(inRange(op, range, true));
        }
      }
    }
    for (int width = 1; width <= Plan.WIDEST; width++) {
      wanted.add(ofWidth(width, false));
      wanted.add(ofWidth(width, true));
    }
    return wanted;
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private static String ofWidth(int width, boolean signed) {
    return (signed ? "signed" : "unsigned") + " operand of " + width + " bits";
  }

  private static String inRange(Op op, int range, boolean signed) {
    int from = range == 0 ? 1 : RANGES[range - 1] + 1;
    return "%s of %s %d..%d bits"
        .formatted(op, signed ? "signed" : "unsigned", from, RANGES[range]);
  }

  private static int range(int width) {
    int range = 0;
    while (range < RANGES.length - 1 && width > RANGES[range]) {
      range++;
    }
    return range;
  }

  // ---- a module

  private void add(Definition placed, int depth) {
    // An equal module has been emptied; the netlist leads to the first.
    Definition module = placed.netlist().definition();
    for (Node node : module.nodes()) {
      add(node);
    }
    for (Memory memory : module.memories()) {
      count(memory.contents().isEmpty() ? "memory" : "table");
      if (Integer.bitCount(memory.depth()) != 1) {
        count("memory of another depth than a power of two");
      }
      if (memory.crossing()) {
        count("memory between clocks");
      }
    }
    add(module.body(), "");
    Map<Definition, Boolean> placedHere = new IdentityHashMap<>();
    for (Instance instance : module.instances()) {
      count(depth == 1 ? "instance" : "instance in an instance");
      if (placedHere.put(instance.definition().netlist().definition(), true) != null) {
        count("equal instances");
      }
      if (instance.domains().size() == 2) {
        count("instance of two clocks");
        if (instance.domains().get(0) == 1) {
          count("instance with its clocks in another order");
        }
      }
      add(instance.definition(), depth + 1);
    }
  }

  private void add(Node node) {
    Op op = node.op();
    count(op.name());
    // What a comparison, a reduction or a change of sign works on is its operand.
    boolean own = op.isSignal() || op == Op.MUX;
    Node subject = own ? node : node.operand(0);
    count(inRange(op, range(subject.width()), subject.signed()));
    if (!op.isSignal()) {
      count(ofWidth(subject.width(), subject.signed()));
    }
    for (Node operand : node.operands()) {
      if (operand.op() == Op.LITERAL) {
        count(Op.LITERAL.name());
        count(inRange(Op.LITERAL, range(operand.width()), operand.signed()));
      }
    }
    if (op == Op.REGISTER) {
      count(node.value() == null ? "register without reset" : "register with reset");
      if (node.enumeration() != null) {
        count("state register");
      }
      if (node.capturing()) {
        count("capturing register");
      }
    }
  }

  private void add(Block block, String around) {
    for (Statement statement : block.statements()) {
      if (statement instanceof Statement.Assign assign) {
        count("assignment");
        if (assign.target().op() == Op.REGISTER && !around.isEmpty()) {
          count("register kept in a branch");
        }
      } else if (statement instanceof Statement.If branch) {
        count("when" + around);
        count(branch.otherwise().isEmpty() ? "when" : "when with otherwise");
        add(branch.then(), " in a when");
        add(branch.otherwise(), " in a when");
      } else if (statement instanceof Statement.Switch choice) {
        count("match");
        for (Statement.Case arm : choice.cases()) {
          if (arm.body().isEmpty()) {
            count("match with an empty case");
          }
          add(arm.body(), " in a match");
        }
      } else if (statement instanceof Statement.Write write) {
        count("memory write");
        count("memory write" + around);
        if (write.mask() != null) {
          count("memory write with a mask");
        }
      } else if (statement instanceof Statement.Property property) {
        count("property " + property.kind().name().toLowerCase(Locale.ROOT));
        count("property" + around);
      }
    }
  }
}

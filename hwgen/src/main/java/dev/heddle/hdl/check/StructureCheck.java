package dev.heddle.hdl.check;

import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Domain;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names and drivers of one module: ports have usable names; every output, wire, register and
 * instance input is driven; combinational ones on every path, so that there is no latch; no
 * assignment is overridden by an unconditional one after it, so that nothing has two drivers.
 */
public final class StructureCheck {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Definition definition;
  private final List<String> problems = new ArrayList<>();
  private final Map<Node, String> openBranch = new HashMap<>();

  private StructureCheck(Definition definition) {
    this.definition = definition;
  }

  /** What is wrong with {@code definition}, in the order of declaration; empty when nothing is. */
  public static List<String> problems(Definition definition) {
    StructureCheck check = new StructureCheck(definition);
    check.names();
    if (!definition.external()) {
      check.drivers();
    }
    return check.problems;
  }

  private void names() {
    if (ReservedWords.contains(definition.name()) || !isIdentifier(definition.name())) {
      problem("module name %s is not usable in Verilog; choose another", definition.name());
    }
    Set<String> clocks = new HashSet<>();
    for (Domain domain : definition.domains()) {
      clocks.add(domain.clock());
      clocks.add(domain.reset());
    }
    Set<String> seen = new HashSet<>();
    for (Node port : definition.ports()) {
      if (port.name() == null) {
        problem(
            "a port of %s has no name; store it in a field (%s)",
            definition.name(), port.location());
      } else if (ReservedWords.contains(port.name())) {
        problem(
            "port %s of %s is a reserved word of Verilog or VHDL; choose another name (%s)",
            port.name(), definition.name(), port.location());
      } else if (clocks.contains(port.name())) {
        problem(
            "port %s of %s has the name of a clock or reset; choose another name (%s)",
            port.name(), definition.name(), port.location());
      } else if (!seen.add(port.name())) {
        problem(
            "two ports of %s are called %s (%s)", definition.name(), port.name(), port.location());
      }
    }
  }

  private void drivers() {
    Map<Node, String> assigned = new HashMap<>();
    Set<Node> definite = new HashSet<>();
    walk(definition.body(), assigned, definite, Set.of());
    for (Node node : definition.nodes()) {
      if (node.op() == Op.OUTPUT || node.op() == Op.WIRE) {
        combinational(node, assigned, definite);
      } else if (node.op() == Op.REGISTER && !assigned.containsKey(node)) {
        problem(
            "register %s of %s is never driven (%s)",
            node.describe(), definition.name(), node.location());
      }
    }
    for (Instance instance : definition.instances()) {
      for (Node port : instance.definition().ports()) {
        if (port.op() == Op.INPUT) {
          combinational(port, assigned, definite);
        }
      }
    }
  }

  private void combinational(Node node, Map<Node, String> assigned, Set<Node> definite) {
    if (definite.contains(node)) {
      return;
    }
    String kind =
        switch (node.op()) {
          case OUTPUT -> "output";
          case INPUT -> "input";
          default -> "wire";
        };
    String where = node.op() == Op.INPUT ? node.owner().instance().location() : node.location();
    if (!assigned.containsKey(node)) {
      problem("%s %s of %s is never driven (%s)", kind, node.describe(), definition.name(), where);
    } else {
      problem(
          "%s %s of %s would be a latch: the branch at %s leaves it undriven; drive it before or in"
              + " every branch (%s)",
          kind, node.describe(), definition.name(), openBranch.get(node), where);
    }
  }

  /**
   * Walks a block; adds to {@code assigned} every target with a line that drives it, and to {@code
   * definite} those driven on every path through the block.
   *
   * @param before targets driven on every path to the block
   */
  private void walk(Block block, Map<Node, String> assigned, Set<Node> definite, Set<Node> before) {
    for (Statement statement : block.statements()) {
      if (statement instanceof Statement.Assign assign) {
        String earlier = assigned.put(assign.target(), assign.location());
        if (earlier != null) {
          problem(
              "%s of %s is driven at %s and again, unconditionally, at %s",
              assign.target().describe(), definition.name(), earlier, assign.location());
        }
        definite.add(assign.target());
      } else if (statement instanceof Statement.If branch) {
        branches(
            List.of(branch.then(), branch.otherwise()),
            branch.location(),
            assigned,
            definite,
            before);
      } else if (statement instanceof Statement.Switch choice) {
        branches(
            choice.cases().stream().map(Statement.Case::body).toList(),
            choice.location(),
            assigned,
            definite,
            before);
      }
    }
  }

  private void branches(
      List<Block> blocks,
      String location,
      Map<Node, String> assigned,
      Set<Node> definite,
      Set<Node> before) {
    Map<Node, String> some = new HashMap<>();
    Map<Node, Integer> complete = new HashMap<>();
    Set<Node> known = definite.isEmpty() ? before : union(definite, before);
    for (Block block : blocks) {
      Map<Node, String> inner = new HashMap<>();
      Set<Node> always = new HashSet<>();
      walk(block, inner, always, known);
      some.putAll(inner);
      always.forEach(node -> complete.merge(node, 1, Integer::sum));
    }
    for (Map.Entry<Node, String> entry : some.entrySet()) {
      Node node = entry.getKey();
      if (complete.getOrDefault(node, 0) == blocks.size()) {
        definite.add(node);
      } else if (!known.contains(node)) {
        openBranch.putIfAbsent(node, location);
      }
    }
    assigned.putAll(some);
  }

  private static Set<Node> union(Set<Node> a, Set<Node> b) {
    if (b.isEmpty()) {
      return a;
    }
    Set<Node> union = new HashSet<>(a);
    union.addAll(b);
    return union;
  }

  private static boolean isIdentifier(String name) {
    return IDENTIFIER.matcher(name).matches();
  }

  private void problem(String format, Object... arguments) {
    problems.add(format.formatted(arguments));
  }
}

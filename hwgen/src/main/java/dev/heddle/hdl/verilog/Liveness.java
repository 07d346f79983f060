package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.NodeMap;
import dev.heddle.hdl.ir.NodeNumbers;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of a module is worth writing: everything that reaches an output, an instance, a memory or a
 * property; and which statements drive which target.
 */
final class Liveness {
  private final Definition definition;
  private final NodeNumbers numbers;
  private final boolean[] live;
  private final int[] uses;
  private final NodeMap<List<Node>> sources;
  private final NodeMap<List<Statement>> drivers;
  private final List<Node> combinationalTargets = new ArrayList<>();
  private final Map<Node, Map<Node, Boolean>> seen = new IdentityHashMap<>();
  private final ArrayDeque<Node> work = new ArrayDeque<>();
  private final Set<Integer> clockedDomains = new HashSet<>();
  private final Set<Integer> resetDomains = new HashSet<>();

  Liveness(Definition definition) {
    this.definition = definition;
    numbers = new NodeNumbers(definition);
    live = new boolean[numbers.size()];
    uses = new int[numbers.size()];
    sources = new NodeMap<>(numbers);
    drivers = new NodeMap<>(numbers);
    for (Statement statement : definition.body().statements()) {
      collect(statement, statement, List.of());
    }
    for (Node port : definition.ports()) {
      if (port.op() == Op.OUTPUT) {
        work.add(port);
      }
    }
    for (Instance instance : definition.instances()) {
      for (Node port : instance.definition().ports()) {
        if (port.op() == Op.INPUT) {
          work.add(port);
        }
      }
    }
    work.addAll(definition.unused());
    spread();
    for (Node node : definition.nodes()) {
      if (node.op() == Op.REGISTER && contains(node)) {
        clockedDomains.add(node.domain());
        if (node.value() != null) {
          resetDomains.add(node.domain());
        }
      }
    }
    findCombinationalTargets();
  }

  /** Numbers for tables of what else is known of the nodes. */
  NodeNumbers numbers() {
    return numbers;
  }

  /** Whether {@code node} is worth writing. */
  boolean contains(Node node) {
    return live[numbers.of(node)];
  }

  /** How often a node is an operand, a driver or a condition of something live. */
  int uses(Node node) {
    int number = numbers.of(node);
    return number < 0 ? 0 : uses[number];
  }

  /** Whether the module has state in a clock domain. */
  boolean isClocked(int domain) {
    return clockedDomains.contains(domain);
  }

  /** Whether reset matters to a clock domain. */
  boolean isReset(int domain) {
    return resetDomains.contains(domain);
  }

  /** Live outputs, wires and instance inputs in the order of declaration. */
  List<Node> combinationalTargets() {
    return combinationalTargets;
  }

  private void findCombinationalTargets() {
    for (Node node : definition.nodes()) {
      if ((node.op() == Op.OUTPUT || node.op() == Op.WIRE) && contains(node)) {
        combinationalTargets.add(node);
      }
    }
    for (Instance instance : definition.instances()) {
      for (Node port : instance.definition().ports()) {
        if (port.op() == Op.INPUT) {
          combinationalTargets.add(port);
        }
      }
    }
  }

  /** The statements of the body that drive {@code target}, somewhere inside them. */
  List<Statement> drivers(Node target) {
    List<Statement> list = drivers.get(target);
    return list == null ? List.of() : list;
  }

  private void collect(Statement statement, Statement outermost, List<Node> conditions) {
    if (statement instanceof Statement.Assign assign) {
      List<Statement> list = drivers(assign.target());
      if (list.isEmpty() || list.get(list.size() - 1) != outermost) {
        append(drivers, assign.target(), outermost);
      }
      source(assign.target(), assign.value(), false);
      conditions.forEach(condition -> source(assign.target(), condition, true));
    } else if (statement instanceof Statement.If branch) {
      List<Node> inner = with(conditions, branch.condition());
      collect(branch.then(), outermost, inner);
      collect(branch.otherwise(), outermost, inner);
    } else if (statement instanceof Statement.Switch choice) {
      List<Node> inner = with(conditions, choice.subject());
      choice.cases().forEach(arm -> collect(arm.body(), outermost, inner));
    } else if (statement instanceof Statement.Write write) {
      root(write.address());
      root(write.data());
      if (write.mask() != null) {
        root(write.mask());
      }
      conditions.forEach(this::root);
      clockedDomains.add(write.domain());
    } else if (statement instanceof Statement.Property property) {
      root(property.condition());
      conditions.forEach(this::root);
      clockedDomains.add(property.domain());
      resetDomains.add(property.domain());
    }
  }

  private void collect(Block block, Statement outermost, List<Node> conditions) {
    block.statements().forEach(statement -> collect(statement, outermost, conditions));
  }

  private void root(Node node) {
    use(node);
    work.add(node);
  }

  private void source(Node target, Node source, boolean isCondition) {
    if (isCondition
        && seen.computeIfAbsent(target, key -> new HashMap<>()).put(source, true) != null) {
      return;
    }
    append(sources, target, source);
  }

  private static <T> void append(NodeMap<List<T>> lists, Node target, T element) {
    List<T> list = lists.get(target);
    // Most lists have one element.
    if (list == null) {
      lists.put(target, List.of(element));
      return;
    }
    if (list.size() == 1) {
      list = new ArrayList<>(list);
      lists.put(target, list);
    }
    list.add(element);
  }

  private static List<Node> with(List<Node> conditions, Node condition) {
    List<Node> all = new ArrayList<>(conditions);
    all.add(condition);
    return all;
  }

  private void use(Node node) {
    if (node.op() != Op.LITERAL) {
      uses[numbers.of(node)]++;
    }
  }

  private void spread() {
    while (!work.isEmpty()) {
      Node node = work.pop();
      if (node.op() == Op.LITERAL || live[numbers.of(node)]) {
        continue;
      }
      live[numbers.of(node)] = true;
      for (Node operand : node.operands()) {
        use(operand);
        work.add(operand);
      }
      List<Node> read = sources.get(node);
      for (Node source : read == null ? List.<Node>of() : read) {
        use(source);
        work.add(source);
      }
    }
  }
}

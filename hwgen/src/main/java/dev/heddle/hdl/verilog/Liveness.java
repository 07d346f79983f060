package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of a module is worth writing: everything that reaches an output, an instance, a memory or a
 * property; and which statements drive which target.
 */
final class Liveness {
  private final Definition definition;
  private final Set<Node> live = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<Node, Integer> uses = new IdentityHashMap<>();
  private final Map<Node, List<Node>> sources = new IdentityHashMap<>();
  private final Map<Node, List<Statement>> drivers = new LinkedHashMap<>();
  private final Map<Node, Map<Node, Boolean>> seen = new IdentityHashMap<>();
  private final ArrayDeque<Node> work = new ArrayDeque<>();
  private final Set<Integer> clockedDomains = new HashSet<>();
  private final Set<Integer> resetDomains = new HashSet<>();

  Liveness(Definition definition) {
    this.definition = definition;
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
    for (Node node : live) {
      if (node.op() == Op.REGISTER) {
        clockedDomains.add(node.domain());
        if (node.value() != null) {
          resetDomains.add(node.domain());
        }
      }
    }
  }

  /** Whether {@code node} is worth writing. */
  boolean contains(Node node) {
    return live.contains(node);
  }

  /** How often each live node is an operand, a driver or a condition. */
  Map<Node, Integer> uses() {
    return uses;
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
    List<Node> targets = new ArrayList<>();
    for (Node node : definition.nodes()) {
      if (live.contains(node) && (node.op() == Op.OUTPUT || node.op() == Op.WIRE)) {
        targets.add(node);
      }
    }
    for (Instance instance : definition.instances()) {
      for (Node port : instance.definition().ports()) {
        if (port.op() == Op.INPUT) {
          targets.add(port);
        }
      }
    }
    return targets;
  }

  /** The statements of the body that drive {@code target}, somewhere inside them. */
  List<Statement> drivers(Node target) {
    return drivers.getOrDefault(target, List.of());
  }

  private void collect(Statement statement, Statement outermost, List<Node> conditions) {
    if (statement instanceof Statement.Assign assign) {
      List<Statement> list = drivers.computeIfAbsent(assign.target(), key -> new ArrayList<>(2));
      if (list.isEmpty() || list.get(list.size() - 1) != outermost) {
        list.add(outermost);
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
    sources.computeIfAbsent(target, key -> new ArrayList<>(2)).add(source);
  }

  private static List<Node> with(List<Node> conditions, Node condition) {
    List<Node> all = new ArrayList<>(conditions);
    all.add(condition);
    return all;
  }

  private void use(Node node) {
    if (node.op() != Op.LITERAL) {
      uses.merge(node, 1, Integer::sum);
    }
  }

  private void spread() {
    while (!work.isEmpty()) {
      Node node = work.pop();
      if (node.op() == Op.LITERAL || !live.add(node)) {
        continue;
      }
      for (Node operand : node.operands()) {
        use(operand);
        work.add(operand);
      }
      for (Node source : sources.getOrDefault(node, List.of())) {
        use(source);
        work.add(source);
      }
    }
  }
}

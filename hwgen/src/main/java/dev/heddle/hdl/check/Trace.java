package dev.heddle.hdl.check;

import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;

/** Finds the source lines that a message names; used only once something is wrong. */
final class Trace {
  private final Definition definition;

  Trace(Definition definition) {
    this.definition = definition;
  }

  /**
   * The line through which {@code target} is driven by a value or under a condition that satisfies
   * {@code wanted}.
   */
  String drivingLine(Node target, Predicate<Node> wanted) {
    String line = drivingLine(definition.body(), target, wanted, new ArrayDeque<>());
    return line != null ? line : target.location();
  }

  private static String drivingLine(
      Block block, Node target, Predicate<Node> wanted, Deque<Statement> conditions) {
    for (Statement statement : block.statements()) {
      String line = null;
      if (statement instanceof Statement.Assign assign && assign.target() == target) {
        line =
            wanted.test(assign.value())
                ? assign.location()
                : conditions.stream()
                    .filter(branch -> wanted.test(condition(branch)))
                    .map(Statement::location)
                    .findFirst()
                    .orElse(null);
      } else if (statement instanceof Statement.If branch) {
        conditions.push(branch);
        line = drivingLine(branch.then(), target, wanted, conditions);
        if (line == null) {
          line = drivingLine(branch.otherwise(), target, wanted, conditions);
        }
        conditions.pop();
      } else if (statement instanceof Statement.Switch choice) {
        conditions.push(choice);
        for (Statement.Case arm : choice.cases()) {
          line = line != null ? line : drivingLine(arm.body(), target, wanted, conditions);
        }
        conditions.pop();
      }
      if (line != null) {
        return line;
      }
    }
    return null;
  }

  private static Node condition(Statement branch) {
    return branch instanceof Statement.If choice
        ? choice.condition()
        : ((Statement.Switch) branch).subject();
  }

  /** Where a node comes from: where an instance is placed for its ports, else the declaration. */
  static String origin(Definition definition, Node node) {
    boolean port = node.op() == Op.INPUT || node.op() == Op.OUTPUT;
    return port && node.owner() != definition
        ? node.owner().instance().location()
        : node.location();
  }
}

package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Node;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The {@code localparam}s of a module: all constants of every enum of which it uses one. */
final class EnumConstants {
  /** Constants in the order of their codes. */
  private record Group(List<String> constants, int width) {}

  private final Names scope;
  private final Map<Group, List<String>> groups = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();

  EnumConstants(Names scope) {
    this.scope = scope;
  }

  /** The name of the constant that a node holds, or that a register holds under reset. */
  String name(Node node) {
    String name = names(node).get(node.value().intValueExact());
    used.add(name);
    return name;
  }

  /** The name of a constant that stands in a comment only. */
  String mention(Node node) {
    return names(node).get(node.value().intValueExact());
  }

  private List<String> names(Node node) {
    return groups.computeIfAbsent(
        new Group(node.enumeration(), node.width()),
        group -> group.constants.stream().map(scope::claim).toList());
  }

  /** The declarations, empty when there are none. */
  String declarations() {
    StringBuilder out = new StringBuilder();
    groups.forEach(
        (group, names) -> {
          for (int code = 0; code < names.size(); code++) {
            out.append("  localparam ").append(ModuleWriter.range(group.width, false));
            out.append(names.get(code)).append(" = ");
            out.append(Constant.of(BigInteger.valueOf(code), group.width, false)).append(";\n");
          }
          out.append('\n');
        });
    return out.toString();
  }

  /** Constants that nothing refers to. */
  List<String> unused() {
    List<String> unused = new ArrayList<>();
    groups.values().forEach(unused::addAll);
    unused.removeAll(used);
    return unused;
  }
}

package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Digest;
import dev.heddle.hdl.ir.Domain;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.NodeMap;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes one module: header, declarations, named expressions, instances, assignments, and an {@code
 * always} block for each combinational target, memory and clock.
 */
final class ModuleWriter {
  private final Definition definition;
  private final String moduleName;
  private final Map<Digest, VerilogWriter.Written> modules;
  private final Liveness live;
  private final Names scope = new Names();
  private final NodeMap<String> names;
  private final Map<Memory, String> memories = new HashMap<>();
  private final Map<Instance, String> instanceNames;
  private final ReadBits reads;
  private final EnumConstants constants;
  private final HelperWires wires;
  private final ExpressionWriter expressions;
  private final List<Boolean> clocked = new ArrayList<>();
  private final List<Boolean> reset = new ArrayList<>();
  private final NodeMap<Statement.Assign> direct;

  ModuleWriter(
      Definition definition, String moduleName, Map<Digest, VerilogWriter.Written> modules) {
    this.definition = definition;
    this.moduleName = moduleName;
    this.modules = modules;
    live = new Liveness(definition);
    names = new NodeMap<>(live.numbers());
    direct = new NodeMap<>(live.numbers());
    instanceNames = new HashMap<>(definition.instances().size() * 2);
    reads = new ReadBits(live.numbers());
    constants = new EnumConstants(scope);
    wires = new HelperWires(names, scope, live);
    expressions = new ExpressionWriter(names, memories, wires, reads, constants);
  }

  /** Writes the module and tells what its parents need to know of it. */
  VerilogWriter.Written write(StringBuilder out) {
    findClocks();
    claimNames();
    for (Node target : live.combinationalTargets()) {
      List<Statement> drivers = live.drivers(target);
      if (drivers.size() == 1 && drivers.get(0) instanceof Statement.Assign assign) {
        direct.put(target, assign);
      }
    }
    // The body is written first: it decides which expressions get wires, and those stand above it.
    StringBuilder body = new StringBuilder();
    instances(body);
    assignments(body);
    StatementWriter statements =
        new StatementWriter(definition, live, names, expressions, constants);
    for (Node target : live.combinationalTargets()) {
      if (!direct.contains(target)) {
        statements.combinational(target, body);
      }
    }
    for (int domain = 0; domain < definition.domains().size(); domain++) {
      statements.clocked(domain, body);
    }
    statements.memories(body);
    statements.properties(body);
    definition.unused().forEach(this::readAllNamed);
    String wireTexts = wires();
    header(out);
    declarations(out);
    if (!wireTexts.isEmpty()) {
      out.append('\n').append(wireTexts);
    }
    out.append(body);
    unusedBits(out);
    out.append("endmodule\n");
    return new VerilogWriter.Written(
        moduleName,
        List.copyOf(clocked),
        List.copyOf(reset),
        definition.ports().stream().map(names::get).toList());
  }

  private void readAllNamed(Node node) {
    if (names.contains(node)) {
      reads.all(node);
    }
  }

  private void findClocks() {
    for (int domain = 0; domain < definition.domains().size(); domain++) {
      boolean needsClock = live.isClocked(domain);
      boolean needsReset = live.isReset(domain);
      for (Instance instance : definition.instances()) {
        VerilogWriter.Written child = modules.get(instance.definition().digest());
        for (int i = 0; i < child.clocked().size(); i++) {
          if (instance.domains().get(i) == domain) {
            needsClock |= child.clocked().get(i);
            needsReset |= child.reset().get(i);
          }
        }
      }
      // A clock that several domains have is a port once.
      int clock = definition.clockOf(domain);
      clocked.add(needsClock && clock == domain);
      if (needsClock && clock != domain) {
        clocked.set(clock, true);
      }
      reset.add(needsReset);
    }
  }

  private void claimNames() {
    for (int i = 0; i < definition.domains().size(); i++) {
      Domain domain = definition.domains().get(i);
      if (definition.clockOf(i) == i) {
        scope.claim(domain.clock());
      }
      scope.claim(domain.reset());
    }
    for (Node port : definition.ports()) {
      names.put(port, scope.claim(port.name()));
    }
    for (Instance instance : definition.instances()) {
      instanceNames.put(instance, scope.claim(instance.name()));
    }
    for (Memory memory : definition.memories()) {
      memories.put(memory, scope.claim(memory.name()));
    }
    for (Node node : definition.nodes()) {
      boolean signal = node.op() == Op.WIRE || node.op() == Op.REGISTER;
      if (live.contains(node) && (signal || !node.op().isSignal() && node.name() != null)) {
        names.put(node, scope.claim(node.name() == null ? "signal" : node.name()));
      }
    }
    for (Instance instance : definition.instances()) {
      for (Node port : instance.definition().ports()) {
        // An input of an instance needs a name only when something else reads it too.
        if (port.op() == Op.OUTPUT || live.uses(port) > 0) {
          names.put(port, scope.claim(instanceNames.get(instance) + "_" + port.name()));
        }
      }
    }
  }

  // ---- header and declarations

  private void header(StringBuilder out) {
    for (String line : definition.documentation().lines().toList()) {
      out.append("// ").append(line).append('\n');
    }
    definition
        .parameters()
        .forEach(
            (name, value) ->
                out.append("//   ").append(name).append(" = ").append(value).append('\n'));
    out.append("module ").append(moduleName).append(" (");
    String separator = "\n";
    for (int i = 0; i < definition.domains().size(); i++) {
      Domain domain = definition.domains().get(i);
      if (clocked.get(i)) {
        out.append(separator).append("  input  wire ").append(domain.clock());
        separator = ",\n";
      }
      if (reset.get(i)) {
        out.append(separator).append("  input  wire ").append(domain.reset());
        separator = ",\n";
      }
    }
    for (Node port : definition.ports()) {
      out.append(separator);
      if (port.op() == Op.INPUT) {
        out.append("  input  wire ");
      } else {
        out.append(direct.contains(port) ? "  output wire " : "  output reg  ");
      }
      out.append(range(port)).append(names.get(port));
      separator = ",\n";
    }
    out.append("\n);\n");
  }

  private void declarations(StringBuilder out) {
    out.append(constants.declarations());
    for (Node node : definition.nodes()) {
      if (live.contains(node) && node.op() == Op.REGISTER) {
        out.append(node.capturing() ? "  (* ASYNC_REG = \"TRUE\" *)\n" : "");
        declare(out, "reg  ", node);
      } else if (live.contains(node) && node.op() == Op.WIRE) {
        declare(out, direct.contains(node) ? "wire " : "reg  ", node);
      }
    }
    for (Memory memory : definition.memories()) {
      out.append(memory.style() == Memory.Style.BLOCK ? "  (* ram_style = \"block\" *)\n" : "");
      out.append("  reg  ").append(range(memory.width(), false)).append(memories.get(memory));
      out.append(" [0:").append(memory.depth() - 1).append("];\n");
    }
    for (Instance instance : definition.instances()) {
      for (Node port : instance.definition().ports()) {
        if (port.op() == Op.OUTPUT) {
          declare(out, "wire ", port);
        } else if (names.contains(port)) {
          declare(out, direct.contains(port) ? "wire " : "reg  ", port);
        }
      }
    }
  }

  private void declare(StringBuilder out, String kind, Node node) {
    out.append("  ").append(kind).append(range(node)).append(names.get(node)).append(";\n");
  }

  /** The wires of named expressions and of those that needed a name, operands before users. */
  private String wires() {
    Map<Node, String> texts = new LinkedHashMap<>();
    List<Node> work = new ArrayList<>();
    for (Node node : definition.nodes()) {
      if (!node.op().isSignal() && names.contains(node)) {
        work.add(node);
      }
    }
    wires.takePending();
    while (!work.isEmpty()) {
      for (Node node : work) {
        texts.put(node, expressions.definition(node));
      }
      work = wires.takePending();
    }
    List<Node> order = new ArrayList<>(texts.keySet());
    order.sort((a, b) -> Integer.compare(a.id(), b.id()));
    StringBuilder out = new StringBuilder();
    for (Node node : order) {
      out.append("  wire ").append(range(node)).append(names.get(node));
      out.append(" = ").append(texts.get(node)).append(";\n");
    }
    return out.toString();
  }

  private static String range(Node node) {
    return range(node.width(), node.signed());
  }

  static String range(int width, boolean signed) {
    String sign = signed ? "signed " : "";
    return width == 1 ? sign : sign + "[" + (width - 1) + ":0] ";
  }

  // ---- body

  private void instances(StringBuilder out) {
    for (Instance instance : definition.instances()) {
      VerilogWriter.Written module = modules.get(instance.definition().digest());
      String name = instanceNames.get(instance);
      out.append('\n');
      out.append("  ").append(module.name());
      if (instance.definition().external() && !instance.definition().parameters().isEmpty()) {
        List<String> values = new ArrayList<>();
        instance
            .definition()
            .parameters()
            .forEach((key, value) -> values.add("." + key + "(" + value + ")"));
        out.append(" #(").append(String.join(", ", values)).append(")");
      }
      out.append(' ').append(name).append(" (");
      String separator = "\n";
      for (int i = 0; i < module.clocked().size(); i++) {
        Domain inner = instance.definition().domains().get(i);
        Domain outer = definition.domains().get(instance.domains().get(i));
        if (module.clocked().get(i)) {
          out.append(separator).append("    .").append(inner.clock());
          out.append('(').append(outer.clock()).append(')');
          separator = ",\n";
        }
        if (module.reset().get(i)) {
          out.append(separator).append("    .").append(inner.reset());
          out.append('(').append(outer.reset()).append(')');
          separator = ",\n";
        }
      }
      List<Node> ports = instance.definition().ports();
      for (int i = 0; i < ports.size(); i++) {
        out.append(separator).append("    .").append(module.ports().get(i));
        out.append('(').append(pin(name, ports.get(i))).append(')');
        separator = ",\n";
      }
      out.append("\n  );\n");
    }
  }

  private String pin(String instanceName, Node port) {
    if (port.op() == Op.OUTPUT) {
      return names.get(port);
    }
    String wanted = instanceName + "_" + port.name();
    Statement.Assign assign = direct.get(port);
    if (assign != null && !names.contains(port)) {
      return expressions.pin(assign.value(), port.width(), wanted);
    }
    String name = names.get(port);
    if (name == null) {
      name = scope.claim(wanted);
      names.put(port, name);
    }
    reads.all(port);
    return name;
  }

  private void assignments(StringBuilder out) {
    boolean first = true;
    for (Node target : live.combinationalTargets()) {
      Statement.Assign assign = direct.get(target);
      if (assign == null || !names.contains(target)) {
        continue;
      }
      if (first) {
        out.append('\n');
        first = false;
      }
      String name = names.get(target);
      out.append("  assign ").append(name).append(" = ");
      out.append(expressions.root(assign.value(), target.width(), name)).append(";\n");
    }
  }

  /**
   * A reduction over the bits that nothing reads, so that lint does not ask whether they were
   * forgotten.
   */
  private void unusedBits(StringBuilder out) {
    List<String> unread = new ArrayList<>(constants.unused());
    definition.nodes().forEach(node -> unreadBits(node, unread));
    for (Instance instance : definition.instances()) {
      instance.definition().ports().forEach(port -> unreadBits(port, unread));
    }
    Collections.sort(unread);
    if (unread.isEmpty()) {
      return;
    }
    StringBuilder line = new StringBuilder("\n  wire unused = &{1'b0");
    int column = line.length();
    for (String part : unread) {
      if (column + part.length() > 96) {
        line.append(",\n    ").append(part);
        column = part.length() + 4;
      } else {
        line.append(", ").append(part);
        column += part.length() + 2;
      }
    }
    out.append(line).append("};\n");
  }

  private void unreadBits(Node node, List<String> unread) {
    String name = names.get(node);
    boolean intended = !definition.unused().isEmpty() && definition.unused().contains(node);
    if (name == null) {
      return;
    }
    boolean mine = node.owner() == definition;
    if (node.op() == Op.OUTPUT && mine || node.op() == Op.INPUT && !mine) {
      return;
    }
    // An input that nothing reads is a mistake until the author says otherwise; lint reports it.
    boolean forgotten = node.op() == Op.INPUT && reads.isEmpty(node);
    if (forgotten && !intended) {
      return;
    }
    if (intended) {
      unread.add(name);
      return;
    }
    unread.addAll(reads.unread(node, name));
  }
}

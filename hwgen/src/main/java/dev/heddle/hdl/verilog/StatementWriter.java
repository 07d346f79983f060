package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Domain;
import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.NodeMap;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Writes {@code always} blocks. Each shows the statements of the author, less those that drive
 * something else: one block for each combinational target, one for each memory, and for each clock
 * one for the registers with a reset value and one for those without, so that reset becomes no
 * enable of registers that it leaves alone.
 */
final class StatementWriter {
  private final Definition definition;
  private final Liveness live;
  private final NodeMap<String> names;
  private final ExpressionWriter expressions;
  private final EnumConstants constants;

  StatementWriter(
      Definition definition,
      Liveness live,
      NodeMap<String> names,
      ExpressionWriter expressions,
      EnumConstants constants) {
    this.definition = definition;
    this.live = live;
    this.names = names;
    this.expressions = expressions;
    this.constants = constants;
  }

  /** The block of one combinational target. */
  void combinational(Node target, StringBuilder out) {
    out.append("\n  always @* begin\n");
    Printer printer = new Printer(out, "=", s -> drives(s, node -> node == target));
    live.drivers(target).forEach(statement -> printer.print(statement, "    "));
    out.append("  end\n");
  }

  /** The blocks of the registers of one clock domain. */
  void clocked(int domain, StringBuilder out) {
    List<Node> withReset = new ArrayList<>();
    boolean withoutReset = false;
    for (Node node : definition.nodes()) {
      if (node.op() == Op.REGISTER && live.contains(node) && node.domain() == domain) {
        if (node.value() != null) {
          withReset.add(node);
        } else {
          withoutReset = true;
        }
      }
    }
    Domain clock = definition.domains().get(domain);
    if (!withReset.isEmpty()) {
      edge(clock, out);
      out.append("    if (").append(clock.reset()).append(") begin\n");
      for (Node register : withReset) {
        out.append("      ").append(names.get(register)).append(" <= ");
        out.append(
            register.symbol() != null
                ? constants.name(register)
                : Constant.of(register.value(), register.width(), register.signed()));
        out.append(";\n");
      }
      out.append("    end else begin\n");
      Printer printer =
          new Printer(out, "<=", s -> drives(s, node -> isRegister(node, domain, true)));
      printer.print(definition.body(), "      ");
      out.append("    end\n  end\n");
    }
    if (withoutReset) {
      edge(clock, out);
      Printer printer =
          new Printer(out, "<=", s -> drives(s, node -> isRegister(node, domain, false)));
      printer.print(definition.body(), "    ");
      out.append("  end\n");
    }
  }

  private boolean isRegister(Node node, int domain, boolean reset) {
    return node.op() == Op.REGISTER
        && node.domain() == domain
        && node.value() != null == reset
        && live.contains(node);
  }

  /** The write ports and initial contents of the memories. */
  void memories(StringBuilder out) {
    for (Memory memory : definition.memories()) {
      if (!memory.contents().isEmpty()) {
        out.append("\n  initial begin\n");
        for (int i = 0; i < memory.depth(); i++) {
          out.append("    ")
              .append(expressions.memory(memory))
              .append('[')
              .append(i)
              .append("] = ");
          out.append(Constant.of(memory.contents().get(i), memory.width(), false));
          out.append(";\n");
        }
        out.append("  end\n");
      }
      for (int domain = 0; domain < definition.domains().size(); domain++) {
        int wanted = domain;
        Predicate<Statement> writes =
            s -> s instanceof Statement.Write w && w.memory() == memory && w.domain() == wanted;
        Printer printer = new Printer(out, "<=", writes);
        if (printer.prints(definition.body())) {
          edge(definition.domains().get(domain), out);
          printer.print(definition.body(), "    ");
          out.append("  end\n");
        }
      }
    }
  }

  /** The properties, for simulation and for proofs. */
  void properties(StringBuilder out) {
    properties("SIMULATION", out);
    properties("FORMAL", out);
  }

  private void properties(String guard, StringBuilder out) {
    boolean formal = guard.equals("FORMAL");
    boolean open = false;
    for (int domain = 0; domain < definition.domains().size(); domain++) {
      int wanted = domain;
      Predicate<Statement> wantedProperties =
          s ->
              s instanceof Statement.Property p
                  && p.domain() == wanted
                  && (formal || p.kind() != Statement.Property.Kind.COVER);
      Printer printer = new Printer(out, formal ? "formal" : "simulation", wantedProperties);
      if (!printer.prints(definition.body())) {
        continue;
      }
      if (!open) {
        out.append("\n`ifdef ").append(guard).append('\n');
        open = true;
      }
      Domain clock = definition.domains().get(domain);
      out.append("  always @(posedge ").append(clock.clock()).append(") begin\n");
      out.append("    if (!").append(clock.reset()).append(") begin\n");
      printer.print(definition.body(), "      ");
      out.append("    end\n  end\n");
    }
    if (open) {
      out.append("`endif\n");
    }
  }

  private static void edge(Domain domain, StringBuilder out) {
    out.append("\n  always @(posedge ").append(domain.clock()).append(") begin\n");
  }

  private static boolean drives(Statement statement, Predicate<Node> wanted) {
    return statement instanceof Statement.Assign assign && wanted.test(assign.target());
  }

  /** Prints the statements that satisfy a predicate, inside those that enclose them. */
  private final class Printer {
    private final StringBuilder out;
    private final String operator;
    private final Predicate<Statement> wanted;

    Printer(StringBuilder out, String operator, Predicate<Statement> wanted) {
      this.out = out;
      this.operator = operator;
      this.wanted = wanted;
    }

    boolean prints(Block block) {
      for (Statement statement : block.statements()) {
        if (prints(statement)) {
          return true;
        }
      }
      return false;
    }

    private boolean prints(Statement statement) {
      if (statement instanceof Statement.If branch) {
        return prints(branch.then()) || prints(branch.otherwise());
      }
      if (statement instanceof Statement.Switch choice) {
        return choice.cases().stream().anyMatch(arm -> prints(arm.body()));
      }
      return wanted.test(statement);
    }

    void print(Block block, String indent) {
      block.statements().forEach(statement -> print(statement, indent));
    }

    void print(Statement statement, String indent) {
      if (!prints(statement)) {
        return;
      }
      if (statement instanceof Statement.Assign assign) {
        Node target = assign.target();
        String name = names.get(target);
        boolean clocked = operator.equals("<=");
        out.append(indent).append(name).append(' ').append(operator).append(' ');
        out.append(
            clocked
                ? expressions.root(assign.value(), target.width(), name)
                : expressions.combinational(assign.value(), target.width(), name));
        out.append(";\n");
      } else if (statement instanceof Statement.If branch) {
        branch(branch, indent);
      } else if (statement instanceof Statement.Switch choice) {
        choice(choice, indent);
      } else if (statement instanceof Statement.Write write) {
        write(write, indent);
      } else if (statement instanceof Statement.Property property) {
        property(property, indent);
      }
    }

    private void branch(Statement.If branch, String indent) {
      Statement.If current = branch;
      out.append(indent);
      while (true) {
        boolean then = prints(current.then());
        String condition = expressions.condition(current.condition(), subject(current));
        if (!then) {
          out.append("if (!").append(parenthesised(condition)).append(") begin\n");
          print(current.otherwise(), indent + "  ");
          break;
        }
        out.append("if (").append(condition).append(") begin\n");
        print(current.then(), indent + "  ");
        if (!prints(current.otherwise())) {
          break;
        }
        out.append(indent).append("end else ");
        List<Statement> rest = current.otherwise().statements();
        if (rest.size() == 1 && rest.get(0) instanceof Statement.If next && prints(next.then())) {
          current = next;
          continue;
        }
        out.append("begin\n");
        print(current.otherwise(), indent + "  ");
        break;
      }
      out.append(indent).append("end\n");
    }

    /** After what a helper wire for the condition is named: the first that it controls. */
    private String subject(Statement statement) {
      if (statement instanceof Statement.Assign assign) {
        return names.get(assign.target());
      }
      if (statement instanceof Statement.Write write) {
        return expressions.memory(write.memory());
      }
      List<Block> blocks =
          statement instanceof Statement.If branch
              ? List.of(branch.then(), branch.otherwise())
              : statement instanceof Statement.Switch choice
                  ? choice.cases().stream().map(Statement.Case::body).toList()
                  : List.of();
      for (Block block : blocks) {
        for (Statement inner : block.statements()) {
          if (prints(inner)) {
            return subject(inner);
          }
        }
      }
      return "check";
    }

    private String parenthesised(String condition) {
      return condition.matches("\\w+") ? condition : "(" + condition + ")";
    }

    private void choice(Statement.Switch choice, String indent) {
      List<Statement.Case> printed =
          choice.cases().stream().filter(arm -> prints(arm.body())).toList();
      boolean allPrinted = printed.size() == choice.cases().size();
      boolean allCodes = printed.size() == 1L << choice.subject().width();
      out.append(indent).append("case (");
      out.append(expressions.self(choice.subject(), choice.subject().width(), "case"));
      out.append(")\n");
      for (int i = 0; i < printed.size(); i++) {
        Statement.Case arm = printed.get(i);
        // Codes that stand for no constant never occur; the last arm takes them, so that no latch
        // is inferred.
        boolean last = allPrinted && !allCodes && i == printed.size() - 1;
        Node code = arm.constant();
        String label = last ? constants.mention(code) : constants.name(code);
        out.append(indent).append("  ").append(last ? "default" : label).append(": begin");
        out.append(last ? " // " + label : "").append('\n');
        print(arm.body(), indent + "    ");
        out.append(indent).append("  end\n");
      }
      if (!allPrinted) {
        out.append(indent).append("  default: ;\n");
      }
      out.append(indent).append("endcase\n");
    }

    private void write(Statement.Write write, String indent) {
      String memory = expressions.memory(write.memory());
      int width = write.memory().width();
      String address =
          expressions.self(write.address(), write.address().width(), memory + "_address");
      if (write.mask() == null) {
        out.append(indent).append(memory).append('[').append(address).append("] <= ");
        out.append(expressions.root(write.data(), width, memory)).append(";\n");
        return;
      }
      String place = memory + "[" + address + "]";
      BigInteger mask = write.mask().op() == Op.LITERAL ? write.mask().value() : null;
      String maskName = mask == null ? expressions.name(write.mask(), memory + "_mask") : null;
      int parts = write.mask().width();
      int part = width / parts;
      for (int i = 0; i < parts; i++) {
        if (mask != null && !mask.testBit(i)) {
          continue;
        }
        String bits = range(width, part * i, part);
        out.append(indent);
        if (mask == null) {
          out.append("if (").append(maskName).append(range(parts, i, 1)).append(") ");
        }
        out.append(place).append(bits).append(" <= ");
        out.append(part(write.data(), bits, part * i, part, memory)).append(";\n");
      }
    }

    private String part(Node data, String bits, int low, int width, String memory) {
      return data.op() == Op.LITERAL
          ? Constant.of(data.value().shiftRight(low), width, false)
          : expressions.name(data, memory + "_data") + bits;
    }

    /** The selection of some bits of a signal, empty for all of them. */
    private String range(int whole, int low, int width) {
      if (width == whole) {
        return "";
      }
      return width == 1 ? "[" + low + "]" : "[" + (low + width - 1) + ":" + low + "]";
    }

    private void property(Statement.Property property, String indent) {
      String condition = expressions.condition(property.condition(), "check");
      if (operator.equals("formal")) {
        String kind = property.kind().name().toLowerCase(java.util.Locale.ROOT);
        out.append(indent).append(kind).append(" (").append(condition).append("); // ");
        out.append(property.message()).append('\n');
        return;
      }
      out.append(indent).append("if (!").append(parenthesised(condition)).append(") begin\n");
      out.append(indent).append("  $display(\"%m: ").append(property.message()).append("\");\n");
      out.append(indent).append("  $stop;\n");
      out.append(indent).append("end\n");
    }
  }
}

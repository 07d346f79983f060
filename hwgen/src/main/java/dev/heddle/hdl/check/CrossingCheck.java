package dev.heddle.hdl.check;

import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.ir.Netlist;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Clock crossings: a register, output, memory write, property or input of an instance that depends
 * on a signal of another clock domain.
 *
 * <p>A register made by {@code capture} may sample anything. A memory belongs to the domains that
 * write it, unless it is declared to cross. Ports carry their domains to the module around, so each
 * module is analysed by itself.
 */
public final class CrossingCheck {
  private final Netlist netlist;
  private final Definition definition;
  private final Trace trace;
  private final int asynchronous;
  private final BitSet[] domains;
  private final Map<Memory, BitSet> writers = new IdentityHashMap<>();
  private final List<String> problems = new ArrayList<>();

  private CrossingCheck(Netlist netlist) {
    this.netlist = netlist;
    definition = netlist.definition();
    trace = new Trace(definition);
    asynchronous = definition.domains().size();
    domains = new BitSet[netlist.size()];
  }

  /** One message for each crossing. */
  public static List<String> problems(Netlist netlist) {
    Definition definition = netlist.definition();
    boolean single =
        definition.domains().size() == 1
            && definition.ports().stream()
                .allMatch(port -> port.domain() != Definition.ASYNCHRONOUS);
    // With one clock there is nothing to cross.
    if (single || definition.external()) {
      return List.of();
    }
    CrossingCheck check = new CrossingCheck(netlist);
    check.spread();
    check.sinks();
    return check.problems;
  }

  // ---- where values come from

  private void spread() {
    BitSet[] single = new BitSet[asynchronous + 1];
    for (int domain = 0; domain <= asynchronous; domain++) {
      single[domain] = new BitSet();
      single[domain].set(domain);
    }
    for (Netlist.WritePort port : netlist.writePorts()) {
      writers
          .computeIfAbsent(port.memory(), key -> new BitSet())
          .set(definition.clockOf(port.domain()));
    }
    for (Instance instance : definition.instances()) {
      for (Node port : instance.definition().ports()) {
        if (port.op() == Op.OUTPUT) {
          domains[netlist.cell(port)] = single[outside(instance, port)];
        }
      }
    }
    for (int domain = 0; domain < asynchronous; domain++) {
      domains[netlist.reset(domain)] = single[definition.clockOf(domain)];
    }
    BitSet none = new BitSet();
    for (int cell = 0; cell < netlist.size(); cell++) {
      Node node = netlist.node(cell);
      boolean own = node != null && node.owner() == definition;
      if (own && (node.op() == Op.INPUT || node.op() == Op.REGISTER)) {
        domains[cell] =
            single[
                node.domain() == Definition.ASYNCHRONOUS
                    ? asynchronous
                    : definition.clockOf(node.domain())];
      } else if (domains[cell] == null) {
        domains[cell] = union(cell, none);
      }
    }
  }

  private BitSet union(int cell, BitSet none) {
    BitSet union = none;
    for (int i = 0; i < netlist.operandCount(cell); i++) {
      union = union(union, domains[netlist.operand(cell, i)]);
    }
    if (netlist.op(cell) == Op.READ && !netlist.node(cell).memory().crossing()) {
      union = union(union, writers.getOrDefault(netlist.node(cell).memory(), none));
    }
    return union;
  }

  private static BitSet union(BitSet a, BitSet b) {
    if (a.equals(b) || b.isEmpty()) {
      return a;
    }
    BitSet union = (BitSet) a.clone();
    union.or(b);
    return union;
  }

  private int outside(Instance instance, Node port) {
    return port.domain() == Definition.ASYNCHRONOUS
        ? asynchronous
        : definition.clockOf(instance.domains().get(port.domain()));
  }

  // ---- what they reach

  private void sinks() {
    for (Netlist.Register register : netlist.registers()) {
      Node node = netlist.node(register.cell());
      if (!node.capturing()) {
        signal("register", node, register.next(), register.domain());
      }
    }
    for (Node port : definition.ports()) {
      if (port.op() == Op.OUTPUT && port.domain() != Definition.ASYNCHRONOUS) {
        signal("output", port, netlist.cell(port), port.domain());
      }
    }
    for (Instance instance : definition.instances()) {
      for (Node port : instance.definition().ports()) {
        if (port.op() == Op.INPUT && port.domain() != Definition.ASYNCHRONOUS) {
          signal("input", port, netlist.cell(port), outside(instance, port));
        }
      }
    }
    for (Netlist.WritePort port : netlist.writePorts()) {
      Statement.Write write = port.statement();
      int[] read = {port.enable(), port.address(), port.data(), port.mask()};
      for (int cell : read) {
        if (cell >= 0 && foreign(cell, port.domain()) >= 0) {
          report("memory " + write.memory().name(), write.location(), cell, port.domain());
          break;
        }
      }
    }
    for (Netlist.Property property : netlist.properties()) {
      Statement.Property statement = property.statement();
      if (foreign(property.holds(), statement.domain()) >= 0) {
        report(
            "property \"" + statement.message() + "\"",
            statement.location(),
            property.holds(),
            statement.domain());
      }
    }
  }

  private void signal(String kind, Node sink, int cell, int domain) {
    int other = foreign(cell, domain);
    if (other >= 0) {
      String line = trace.drivingLine(sink, node -> domains[netlist.cell(node)].get(other));
      report(kind + " " + sink.describe(), line, cell, domain);
    }
  }

  /** The first domain but {@code domain} that a cell depends on, or -1. */
  private int foreign(int cell, int domain) {
    int own = definition.clockOf(domain);
    int other = domains[cell].nextSetBit(0);
    return other == own ? domains[cell].nextSetBit(own + 1) : other;
  }

  private void report(String sink, String line, int cell, int domain) {
    int other = foreign(cell, domain);
    problems.add(
        ("%s of %s is clocked by %s but samples %s at %s; pass one bit through a Synchronizer,"
                + " more through an AsyncFifo")
            .formatted(
                sink,
                definition.name(),
                definition.domains().get(domain).clock(),
                source(cell, other),
                line));
  }

  private String source(int cell, int domain) {
    String clock =
        domain == asynchronous
            ? "which is asynchronous"
            : "which is clocked by " + definition.domains().get(domain).clock();
    Deque<Integer> work = new ArrayDeque<>(List.of(cell));
    BitSet seen = new BitSet();
    while (true) {
      int here = work.pop();
      if (seen.get(here)) {
        continue;
      }
      seen.set(here);
      Node node = netlist.node(here);
      boolean read = node != null && node.op() == Op.READ && isWrittenIn(node.memory(), domain);
      boolean start = !read && (node == null ? isReset(here) : isSource(node));
      if (start || read) {
        String name =
            node == null
                ? definition.domains().get(domain).reset()
                : read ? "memory " + node.memory().name() : node.describe();
        String place =
            node == null
                ? ""
                : " (" + (read ? node.memory().location() : Trace.origin(definition, node)) + ")";
        return name + place + ", " + clock + ",";
      }
      for (int i = 0; i < netlist.operandCount(here); i++) {
        if (domains[netlist.operand(here, i)].get(domain)) {
          work.push(netlist.operand(here, i));
        }
      }
    }
  }

  private boolean isWrittenIn(Memory memory, int domain) {
    return !memory.crossing() && writers.containsKey(memory) && writers.get(memory).get(domain);
  }

  private boolean isReset(int cell) {
    return netlist.op(cell) == Op.INPUT;
  }

  private boolean isSource(Node node) {
    return node.op() == Op.REGISTER
        || node.op() == Op.INPUT && node.owner() == definition
        || node.op() == Op.OUTPUT && node.owner() != definition;
  }
}

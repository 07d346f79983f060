package dev.heddle.hdl.ir;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a module cycle by cycle on exact integers, cell after cell: what the description means, for
 * comparison with the simulation of its Verilog. Simple rather than fast.
 *
 * <p>Everything starts at zero. A word beyond the end of a memory reads as zero, and writing it
 * does nothing. Properties are not looked at.
 */
public final class Interpreter {
  private final Netlist netlist;
  private final List<Instance> instances;
  private final List<Interpreter> children = new ArrayList<>();
  private final Map<Definition, Interpreter> byDefinition = new IdentityHashMap<>();
  private final Map<Memory, BigInteger[]> memories = new IdentityHashMap<>();
  private final Map<String, Node> ports = new HashMap<>();
  private final BigInteger[] values;
  private final List<Runnable> updates = new ArrayList<>();
  private boolean stale = true;

  /**
   * The module in its initial state.
   *
   * @throws IllegalArgumentException for a design with a black box, whose behaviour is unknown
   */
  public Interpreter(Definition top) {
    netlist = top.netlist();
    if (netlist.definition().external()) {
      throw new IllegalArgumentException(top.name() + " is a black box; its behaviour is unknown");
    }
    netlist.definition().ports().forEach(port -> ports.put(port.name(), port));
    instances = netlist.definition().instances();
    for (Instance instance : instances) {
      Interpreter child = new Interpreter(instance.definition());
      children.add(child);
      byDefinition.put(instance.definition(), child);
    }
    for (Memory memory : netlist.definition().memories()) {
      BigInteger[] words = new BigInteger[memory.depth()];
      Arrays.fill(words, BigInteger.ZERO);
      memories.put(memory, memory.contents().isEmpty() ? words : memory.contents().toArray(words));
    }
    values = new BigInteger[netlist.size()];
    for (int cell = 0; cell < values.length; cell++) {
      values[cell] = netlist.op(cell) == Op.LITERAL ? netlist.value(cell) : BigInteger.ZERO;
    }
  }

  /** Drives an input; the low bits of {@code value} count. */
  public void set(String port, BigInteger value) {
    int cell = netlist.cell(port(port));
    put(cell, Arithmetic.wrap(value, netlist.width(cell), netlist.signed(cell)));
  }

  /** Puts a clock domain into reset or releases it. */
  public void reset(int domain, boolean active) {
    put(netlist.reset(domain), active ? BigInteger.ONE : BigInteger.ZERO);
  }

  /** The value of a port. */
  public BigInteger value(String port) {
    settle();
    return values[netlist.cell(port(port))];
  }

  /** A rising edge of the clocks of {@code domains}, all at once. */
  public void step(int... domains) {
    settle();
    BitSet ticking = new BitSet();
    Definition definition = netlist.definition();
    for (int domain = 0; domain < definition.domains().size(); domain++) {
      int clock = definition.clockOf(domain);
      ticking.set(domain, Arrays.stream(domains).anyMatch(d -> definition.clockOf(d) == clock));
    }
    prepare(ticking);
    update();
  }

  private Node port(String name) {
    Node port = ports.get(name);
    if (port == null) {
      throw new IllegalArgumentException("no port is called " + name);
    }
    return port;
  }

  private void put(int cell, BigInteger value) {
    if (!values[cell].equals(value)) {
      values[cell] = value;
      stale = true;
    }
  }

  // ---- one cycle

  private void settle() {
    if (!stale) {
      return;
    }
    stale = false;
    for (int i = 0; i < children.size(); i++) {
      Interpreter child = children.get(i);
      for (int domain = 0; domain < instances.get(i).domains().size(); domain++) {
        int outer = netlist.reset(instances.get(i).domains().get(domain));
        child.put(child.netlist.reset(domain), values[outer]);
      }
    }
    for (int cell = 0; cell < values.length; cell++) {
      values[cell] = evaluate(cell);
    }
    children.forEach(Interpreter::settle);
  }

  private BigInteger evaluate(int cell) {
    Node node = netlist.node(cell);
    switch (netlist.op(cell)) {
      case LITERAL, REGISTER -> {
        return values[cell];
      }
      case WIRE -> {
        return values[netlist.operand(cell, 0)];
      }
      case INPUT -> {
        if (!netlist.isDriven(cell)) {
          return values[cell];
        }
        Interpreter child = byDefinition.get(node.owner());
        child.put(child.inside(node), values[netlist.operand(cell, 0)]);
        return values[netlist.operand(cell, 0)];
      }
      case OUTPUT -> {
        if (netlist.isDriven(cell)) {
          return values[netlist.operand(cell, 0)];
        }
        // Inputs that this output does not depend on may be old still; they reach other outputs.
        Interpreter child = byDefinition.get(node.owner());
        child.settle();
        return child.values[child.inside(node)];
      }
      case READ -> {
        BigInteger[] words = memories.get(node.memory());
        int address = values[netlist.operand(cell, 0)].intValueExact();
        return address < words.length ? words[address] : BigInteger.ZERO;
      }
      default -> {
        int count = netlist.operandCount(cell);
        int[] widths = new int[count];
        BigInteger[] operands = new BigInteger[count];
        for (int i = 0; i < count; i++) {
          widths[i] = netlist.width(netlist.operand(cell, i));
          operands[i] = values[netlist.operand(cell, i)];
        }
        int low = node == null ? 0 : node.low();
        return Arithmetic.evaluate(
            netlist.op(cell), netlist.width(cell), netlist.signed(cell), low, widths, operands);
      }
    }
  }

  /** The cell of a port of an equal module. */
  private int inside(Node port) {
    Definition mine = netlist.definition();
    return netlist.cell(
        port.owner() == mine ? port : mine.ports().get(port.owner().ports().indexOf(port)));
  }

  private void prepare(BitSet ticking) {
    for (Netlist.Register register : netlist.registers()) {
      if (ticking.get(register.domain())) {
        BigInteger next = values[register.next()];
        updates.add(() -> put(register.cell(), next));
      }
    }
    for (Netlist.WritePort port : netlist.writePorts()) {
      if (ticking.get(port.domain()) && values[port.enable()].signum() != 0) {
        BigInteger mask = port.mask() < 0 ? null : values[port.mask()];
        int parts = port.mask() < 0 ? 1 : netlist.width(port.mask());
        int address = values[port.address()].intValueExact();
        BigInteger data = values[port.data()];
        updates.add(() -> write(port.memory(), address, data, mask, parts));
      }
    }
    for (int i = 0; i < children.size(); i++) {
      BitSet inner = new BitSet();
      List<Integer> domains = instances.get(i).domains();
      for (int domain = 0; domain < domains.size(); domain++) {
        inner.set(domain, ticking.get(domains.get(domain)));
      }
      children.get(i).prepare(inner);
    }
  }

  private void write(Memory memory, int address, BigInteger data, BigInteger mask, int parts) {
    BigInteger[] words = memories.get(memory);
    if (address >= words.length) {
      return;
    }
    int part = memory.width() / parts;
    BigInteger word = words[address];
    for (int bit = 0; bit < memory.width(); bit++) {
      if (mask == null || mask.testBit(bit / part)) {
        word = data.testBit(bit) ? word.setBit(bit) : word.clearBit(bit);
      }
    }
    words[address] = word;
    stale = true;
  }

  private void update() {
    children.forEach(Interpreter::update);
    updates.forEach(Runnable::run);
    updates.clear();
    stale |= children.stream().anyMatch(child -> child.stale);
  }
}

package dev.heddle.hdl.ir;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.List;

/**
 * A module as a graph: every signal has one expression, multiplexers stand where the statements had
 * branches, and cells are numbered so that operands come before what reads them.
 *
 * <p>Cells are what {@link Op} says of nodes, with these rules:
 *
 * <ul>
 *   <li>an input, a register and the reset of a clock domain (an {@link Op#INPUT} without a node)
 *       have no operands;
 *   <li>a wire, an output and the input of an instance have one operand, which drives them;
 *   <li>the output of an instance has as operands those inputs of the instance that it depends on
 *       in the same cycle, so one order serves the whole hierarchy;
 *   <li>cells that stand for branches have no {@link #node}.
 * </ul>
 *
 * <p>Equal modules share one netlist; {@link #cell} takes the nodes of {@link #definition()} and
 * ports of the instances in it.
 */
public final class Netlist {
  /**
   * State that takes the value of {@code next} at the clock edge; {@code next} contains the reset.
   */
  public record Register(int cell, int next, int domain) {}

  /**
   * A write port of a memory. Where two ports write a word at the same edge, the later in the list
   * wins.
   *
   * @param enable cell that is one when the port writes
   * @param mask cell with a bit for each part of the word, or -1 when the whole word is written
   */
  public record WritePort(
      Memory memory,
      int enable,
      int address,
      int data,
      int mask,
      int domain,
      Statement.Write statement) {}

  /** A property; {@code holds} is one where it is not asked for and where it is kept. */
  public record Property(int holds, Statement.Property statement) {}

  private final Definition definition;
  private final Op[] ops;
  private final int[] widths;
  private final boolean[] signs;
  private final int[][] operands;
  private final Node[] nodes;
  private final BigInteger[] values;
  private final NodeNumbers numbers;
  private final int[] byNumber;
  private final int[] resets;
  private final List<Register> registers;
  private final List<WritePort> writePorts;
  private final List<Property> properties;
  private final List<int[]> cycles;
  private final BitSet[] paths;

  Netlist(NetlistBuilder builder, CellOrder order) {
    definition = builder.definition;
    int count = builder.count;
    ops = new Op[count];
    widths = new int[count];
    signs = new boolean[count];
    operands = new int[count][];
    nodes = new Node[count];
    values = new BigInteger[count];
    for (int old = 0; old < count; old++) {
      int cell = order.position(old);
      ops[cell] = builder.ops[old];
      widths[cell] = builder.widths[old];
      signs[cell] = builder.signs[old];
      operands[cell] = order.positions(builder.operands[old]);
      nodes[cell] = builder.nodes[old];
      values[cell] = builder.values[old];
    }
    numbers = builder.numbers;
    byNumber = new int[numbers.size()];
    for (int i = 0; i < byNumber.length; i++) {
      byNumber[i] = order.position(i);
    }
    resets = order.positions(builder.resets);
    registers =
        builder.registers.stream()
            .map(r -> new Register(order.position(r.cell), order.position(r.next), r.domain))
            .toList();
    writePorts =
        builder.writePorts.stream()
            .map(
                w ->
                    new WritePort(
                        w.memory,
                        order.position(w.enable),
                        order.position(w.address),
                        order.position(w.data),
                        w.mask < 0 ? -1 : order.position(w.mask),
                        w.domain,
                        w.statement))
            .toList();
    properties =
        builder.properties.stream()
            .map(p -> new Property(order.position(p.holds), p.statement))
            .toList();
    cycles = order.cycles().stream().map(order::positions).toList();
    paths = cycles.isEmpty() ? findPaths() : new BitSet[0];
  }

  /**
   * The netlist of a module whose instances have theirs.
   *
   * @param definition a module without structural errors: every signal is driven on every path
   */
  public static Netlist of(Definition definition) {
    NetlistBuilder builder = new NetlistBuilder(definition);
    builder.build();
    return new Netlist(builder, new CellOrder(builder.count, builder.operands));
  }

  /** The module, or the first of several equal ones. */
  public Definition definition() {
    return definition;
  }

  /** Number of cells. */
  public int size() {
    return ops.length;
  }

  /** What a cell is or computes. */
  public Op op(int cell) {
    return ops[cell];
  }

  /** Bits of a cell. */
  public int width(int cell) {
    return widths[cell];
  }

  /** Whether a cell is two's complement. */
  public boolean signed(int cell) {
    return signs[cell];
  }

  /** How many operands a cell has. */
  public int operandCount(int cell) {
    return operands[cell].length;
  }

  /** Operand {@code i} of a cell, a cell with a smaller number. */
  public int operand(int cell, int i) {
    return operands[cell][i];
  }

  /** Whether a statement of the module drives a cell. */
  public boolean isDriven(int cell) {
    Node node = nodes[cell];
    return node != null
        && node.op().isSignal()
        && (node.owner() == definition) == (node.op() != Op.INPUT);
  }

  /** Value of a constant cell. */
  public BigInteger value(int cell) {
    return values[cell];
  }

  /** The node that the cell stands for; null for a branch and for the reset of a domain. */
  public Node node(int cell) {
    return nodes[cell];
  }

  /** The cell of a node of the module, or of a port of an instance in it. */
  public int cell(Node node) {
    return byNumber[numbers.of(node)];
  }

  /** The cell that is one while a clock domain is in reset. */
  public int reset(int domain) {
    return resets[domain];
  }

  /** The state of the module itself, without that of its instances. */
  public List<Register> registers() {
    return registers;
  }

  /** Write ports of the memories in the order of the statements. */
  public List<WritePort> writePorts() {
    return writePorts;
  }

  /** Properties in the order of the statements. */
  public List<Property> properties() {
    return properties;
  }

  /**
   * One cycle of cells for each combinational loop, each cell an operand of the one before it.
   * While there is one, the numbering is no order.
   */
  public List<int[]> cycles() {
    return cycles;
  }

  /**
   * The ports that output number {@code port} depends on in the same cycle, as positions in {@link
   * Definition#ports()}; every input for a black box.
   */
  public BitSet path(int port) {
    return paths[port];
  }

  private BitSet[] findPaths() {
    List<Node> ports = definition.ports();
    BitSet[] found = new BitSet[ports.size()];
    BitSet none = new BitSet();
    BitSet[] reached = new BitSet[size()];
    BitSet inputs = new BitSet();
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).op() == Op.INPUT) {
        inputs.set(i);
        BitSet self = new BitSet();
        self.set(i);
        reached[cell(ports.get(i))] = self;
      }
    }
    for (int cell = 0; cell < size(); cell++) {
      if (reached[cell] == null) {
        reached[cell] = union(operands[cell], reached, none);
      }
    }
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).op() == Op.OUTPUT) {
        found[i] = definition.external() ? inputs : reached[cell(ports.get(i))];
      }
    }
    return found;
  }

  private static BitSet union(int[] operands, BitSet[] reached, BitSet none) {
    BitSet union = none;
    boolean own = false;
    for (int operand : operands) {
      BitSet more = reached[operand];
      if (more.isEmpty() || more == union) {
        continue;
      }
      if (union == none) {
        union = more;
      } else {
        if (!own) {
          union = (BitSet) union.clone();
          own = true;
        }
        union.or(more);
      }
    }
    return union;
  }
}

package dev.heddle.hdl.ir;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lowers the statements of a module to cells, not yet in order. */
final class NetlistBuilder {
  private static final int[] NONE = {};
  private static final int UNDRIVEN = -1;

  final Definition definition;
  final NodeNumbers numbers;
  int count;
  Op[] ops;
  int[] widths;
  boolean[] signs;
  int[][] operands;
  Node[] nodes;
  BigInteger[] values;
  final int[] resets;

  /** Cells of constants. */
  private final Map<Node, Integer> constants = new IdentityHashMap<>();

  final List<Netlist.Register> registers = new ArrayList<>();
  final List<Netlist.WritePort> writePorts = new ArrayList<>();
  final List<Netlist.Property> properties = new ArrayList<>();

  /** The values that signals have at a place in the statements. */
  private static final class Scope {
    private final Scope around;
    private final Map<Node, Integer> driven = new LinkedHashMap<>();

    Scope(Scope around) {
      this.around = around;
    }

    Integer value(Node target) {
      for (Scope scope = this; scope != null; scope = scope.around) {
        Integer value = scope.driven.get(target);
        if (value != null) {
          return value;
        }
      }
      return null;
    }
  }

  /** The condition of the branch a statement is in. */
  private final class Path {
    private final Path outer;
    private final int condition;
    private final boolean inverted;
    private int cell = -1;

    Path(Path outer, int condition, boolean inverted) {
      this.outer = outer;
      this.condition = condition;
      this.inverted = inverted;
    }

    int cell() {
      if (cell < 0) {
        int here = inverted ? add(Op.NOT, 1, false, null, condition) : condition;
        cell = outer == null ? here : add(Op.AND, 1, false, null, outer.cell(), here);
      }
      return cell;
    }
  }

  NetlistBuilder(Definition definition) {
    this.definition = definition;
    numbers = new NodeNumbers(definition);
    int capacity = numbers.size() + 16;
    ops = new Op[capacity];
    widths = new int[capacity];
    signs = new boolean[capacity];
    operands = new int[capacity][];
    nodes = new Node[capacity];
    values = new BigInteger[capacity];
    resets = new int[definition.domains().size()];
  }

  void build() {
    // In the order of their numbers, so that cells need no table.
    for (Node node : definition.nodes()) {
      add(node.op(), node.width(), node.signed(), node);
    }
    for (Instance instance : definition.instances()) {
      place(instance);
    }
    for (int domain = 0; domain < resets.length; domain++) {
      resets[domain] = add(Op.INPUT, 1, false, null);
    }
    for (Node node : definition.nodes()) {
      if (!node.op().isSignal()) {
        // First the cells: a new constant may move the array.
        int[] read = cells(node.operands());
        operands[node.id()] = read;
      }
    }
    if (!definition.external()) {
      Scope scope = new Scope(null);
      walk(definition.body(), scope, null);
      scope.driven.forEach(this::drive);
    }
  }

  private void place(Instance instance) {
    List<Node> ports = instance.definition().ports();
    int first = count;
    for (Node port : ports) {
      add(port.op(), port.width(), port.signed(), port);
    }
    Netlist child = instance.definition().netlist();
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).op() == Op.OUTPUT) {
        operands[first + i] = inputs(child.path(i), first);
      }
    }
  }

  private static int[] inputs(BitSet path, int first) {
    int[] cells = new int[path.cardinality()];
    int input = -1;
    for (int i = 0; i < cells.length; i++) {
      input = path.nextSetBit(input + 1);
      cells[i] = first + input;
    }
    return cells;
  }

  private void drive(Node target, int value) {
    int cell = cell(target);
    if (target.op() != Op.REGISTER) {
      operands[cell] = new int[] {value};
      return;
    }
    int next = value;
    if (target.value() != null) {
      int constant = literal(target.value(), target.width(), target.signed());
      next =
          add(
              Op.MUX,
              target.width(),
              target.signed(),
              null,
              resets[target.domain()],
              constant,
              value);
    }
    registers.add(new Netlist.Register(cell, next, target.domain()));
  }

  private void walk(Block block, Scope scope, Path path) {
    for (Statement statement : block.statements()) {
      if (statement instanceof Statement.Assign assign) {
        scope.driven.put(assign.target(), cell(assign.value()));
      } else if (statement instanceof Statement.If branch) {
        int condition = cell(branch.condition());
        List<Scope> ends = List.of(new Scope(scope), new Scope(scope));
        walk(branch.then(), ends.get(0), new Path(path, condition, false));
        walk(branch.otherwise(), ends.get(1), new Path(path, condition, true));
        merge(new int[] {condition}, ends, scope);
      } else if (statement instanceof Statement.Switch choice) {
        choose(choice, scope, path);
      } else if (statement instanceof Statement.Write write) {
        writePorts.add(
            new Netlist.WritePort(
                write.memory(),
                path == null ? literal(BigInteger.ONE, 1, false) : path.cell(),
                cell(write.address()),
                cell(write.data()),
                write.mask() == null ? -1 : cell(write.mask()),
                write.domain(),
                write));
      } else if (statement instanceof Statement.Property property) {
        int holds = cell(property.condition());
        if (path != null) {
          int idle = add(Op.NOT, 1, false, null, path.cell());
          holds = add(Op.OR, 1, false, null, idle, holds);
        }
        properties.add(new Netlist.Property(holds, property));
      }
    }
  }

  private void choose(Statement.Switch choice, Scope scope, Path path) {
    int subject = cell(choice.subject());
    int[] conditions = new int[choice.cases().size()];
    List<Scope> ends = new ArrayList<>();
    for (int i = 0; i < conditions.length; i++) {
      Statement.Case arm = choice.cases().get(i);
      conditions[i] = add(Op.EQ, 1, false, null, subject, cell(arm.constant()));
      Scope end = new Scope(scope);
      walk(arm.body(), end, new Path(path, conditions[i], false));
      ends.add(end);
    }
    // The cases cover every value that occurs, so the last needs no condition.
    merge(Arrays.copyOf(conditions, conditions.length - 1), ends, scope);
  }

  /**
   * Multiplexes the values at the ends of branches.
   *
   * @param conditions one for each branch but the last, the first that holds counts
   */
  private void merge(int[] conditions, List<Scope> ends, Scope scope) {
    Map<Node, Boolean> targets = new LinkedHashMap<>();
    ends.forEach(end -> end.driven.keySet().forEach(target -> targets.put(target, true)));
    for (Node target : targets.keySet()) {
      int last = conditions.length;
      int value = end(target, ends.get(last));
      for (int i = last - 1; i >= 0; i--) {
        int here = end(target, ends.get(i));
        if (value == UNDRIVEN) {
          value = here;
        } else if (here != value && here != UNDRIVEN) {
          value = add(Op.MUX, target.width(), target.signed(), null, conditions[i], here, value);
        }
      }
      scope.driven.put(target, value);
    }
  }

  private int end(Node target, Scope end) {
    Integer value = end.value(target);
    if (value != null) {
      return value;
    }
    // A register keeps its value; a wire without one is driven in a statement further down.
    return target.op() == Op.REGISTER ? cell(target) : UNDRIVEN;
  }

  private int cell(Node node) {
    int number = numbers.of(node);
    return number >= 0 ? number : constants.computeIfAbsent(node, this::constant);
  }

  private int constant(Node node) {
    return literal(node.value(), node.width(), node.signed());
  }

  private int[] cells(List<Node> list) {
    int[] cells = new int[list.size()];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = cell(list.get(i));
    }
    return cells;
  }

  private int literal(BigInteger value, int width, boolean signed) {
    int cell = add(Op.LITERAL, width, signed, null);
    values[cell] = value;
    return cell;
  }

  private int add(Op op, int width, boolean signed, Node node, int... reads) {
    if (count == ops.length) {
      int capacity = 2 * count;
      ops = Arrays.copyOf(ops, capacity);
      widths = Arrays.copyOf(widths, capacity);
      signs = Arrays.copyOf(signs, capacity);
      operands = Arrays.copyOf(operands, capacity);
      nodes = Arrays.copyOf(nodes, capacity);
      values = Arrays.copyOf(values, capacity);
    }
    ops[count] = op;
    widths[count] = width;
    signs[count] = signed;
    operands[count] = reads.length == 0 ? NONE : reads;
    nodes[count] = node;
    return count++;
  }
}

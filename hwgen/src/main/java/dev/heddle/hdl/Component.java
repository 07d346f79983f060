package dev.heddle.hdl;

import dev.heddle.hdl.check.CrossingCheck;
import dev.heddle.hdl.check.LoopCheck;
import dev.heddle.hdl.check.StructureCheck;
import dev.heddle.hdl.ir.Arithmetic;
import dev.heddle.hdl.ir.Block;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Digest;
import dev.heddle.hdl.ir.Domain;
import dev.heddle.hdl.ir.Instance;
import dev.heddle.hdl.ir.Memory;
import dev.heddle.hdl.ir.Netlist;
import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.Op;
import dev.heddle.hdl.ir.Statement;
import java.math.BigInteger;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A hardware module. Ports are fields, and the constructor is the description:
 *
 * <pre>{@code
 * public final class Counter extends Component {
 *   public final Bit enable = in(bit());
 *   public final UInt value;
 *
 *   public Counter(int limit) {
 *     value = out(uint(bits(limit)));
 *     UInt count = reg(uint(bits(limit)), 0);
 *     Bit last = count.eq(limit - 1);
 *     when(enable, () -> count.set(mux(last, 0, count.inc())));
 *     value.set(count);
 *   }
 * }
 * }</pre>
 *
 * <p>Names in the Verilog are the names of the Java fields and locals. There is no ambient state:
 * an expression belongs to the component of its operands, so designs can be built side by side in
 * several threads.
 *
 * <p>A component is complete when its constructor returns. Placing it in another ({@link #inst}) or
 * writing it checks it: each output and wire is driven on every path, nothing is driven twice, no
 * clock domain is crossed without a synchroniser, no combinational loop.
 *
 * <p>Declare ports either all in field initialisers or all in the constructor: Java runs the
 * initialisers first, and the order of declaration is the order in the Verilog.
 */
public abstract class Component {
  private final Definition definition;
  private Map<Digest, Netlist> netlists = new HashMap<>(0);
  private Block block;
  private int domain;
  private boolean closed;

  /** A component that is described in Java. */
  protected Component() {
    this(false);
  }

  Component(boolean external) {
    // A subclass that names itself after its parameters knows them only later: close asks it.
    String provisional = getClass().getSimpleName();
    definition = new Definition(provisional, provisional + ".java", external, this);
    definition.add(Domain.DEFAULT);
    block = definition.body();
  }

  /**
   * Module name in the Verilog; by default the name of the class. A component with parameters names
   * them here, such as {@code "Fifo_" + width + "x" + depth}, so that names do not depend on the
   * order in which modules are made.
   */
  protected String moduleName() {
    return getClass().getSimpleName();
  }

  // ---- ports

  /** An input; the members of a bundle that run against it are outputs. */
  protected final <T extends Data> T in(Type<T> type) {
    return port(type.make(), Op.INPUT, domain);
  }

  /** An output; the members of a bundle that run against it are inputs. */
  protected final <T extends Data> T out(Type<T> type) {
    return port(type.make(), Op.OUTPUT, domain);
  }

  /** {@code count} inputs. */
  protected final <T extends Data> Vec<T> in(int count, Type<T> type) {
    return in(Hdl.vec(count, type));
  }

  /** {@code count} outputs. */
  protected final <T extends Data> Vec<T> out(int count, Type<T> type) {
    return out(Hdl.vec(count, type));
  }

  /** An input that changes with the clock of {@code domain}. */
  protected final <T extends Data> T in(ClockDomain domain, Type<T> type) {
    return port(type.make(), Op.INPUT, index(domain));
  }

  /** An output that changes with the clock of {@code domain}. */
  protected final <T extends Data> T out(ClockDomain domain, Type<T> type) {
    return port(type.make(), Op.OUTPUT, index(domain));
  }

  /** An input that changes with no clock of this component; only {@link #capture} may sample it. */
  protected final <T extends Data> T asynchronousIn(Type<T> type) {
    return port(type.make(), Op.INPUT, Definition.ASYNCHRONOUS);
  }

  private <T extends Data> T port(T data, Op direction, int portDomain) {
    Op against = direction == Op.INPUT ? Op.OUTPUT : Op.INPUT;
    return bind(data, direction, against, null, portDomain);
  }

  // ---- signals

  /** A combinational signal, driven by statements. */
  public final <T extends Data> T wire(Type<T> type) {
    return bind(type.make(), Op.WIRE, Op.WIRE, null, -1);
  }

  /** A register that reset leaves alone; it has no defined value before it is first written. */
  public final <T extends Data> T reg(Type<T> type) {
    return bind(type.make(), Op.REGISTER, Op.REGISTER, null, domain);
  }

  /** A register whose leaves all take {@code reset} under reset. */
  public final <T extends Data> T reg(Type<T> type, long reset) {
    return bind(type.make(), Op.REGISTER, Op.REGISTER, reset, domain);
  }

  /** {@code count} registers that reset leaves alone. */
  public final <T extends Data> Vec<T> regs(int count, Type<T> type) {
    return reg(Hdl.vec(count, type));
  }

  /** {@code count} registers that take {@code reset} under reset. */
  public final <T extends Data> Vec<T> regs(int count, Type<T> type, long reset) {
    return reg(Hdl.vec(count, type), reset);
  }

  /** The value of {@code data} one cycle ago. */
  public final <T extends Data> T next(T data) {
    return follow(data, null);
  }

  /** The value of {@code data} one cycle ago; {@code reset} in the first cycle after reset. */
  public final <T extends Data> T next(T data, long reset) {
    return follow(data, reset);
  }

  /** The value of {@code data} in the last cycle in which {@code enable} was one. */
  public final <T extends Data> T nextWhen(Bit enable, T data) {
    CallSite.Found site = CallSite.find();
    T register = bind(copy(data), Op.REGISTER, Op.REGISTER, null, domain, site);
    Hdl.when(enable, () -> Hdl.connect(register, data, site.location()));
    return register;
  }

  private <T extends Data> T follow(T data, Long reset) {
    CallSite.Found site = CallSite.find();
    T register = bind(copy(data), Op.REGISTER, Op.REGISTER, reset, domain, site);
    Hdl.connect(register, data, site.location());
    return register;
  }

  /**
   * The value of {@code data} at the last clock edge, where {@code data} may belong to any clock
   * domain. The register may become metastable; {@code dev.heddle.lib.Synchronizer} puts another
   * behind it.
   */
  public final <T extends Data> T capture(T data, long reset) {
    T register = follow(data, reset);
    for (Leaf leaf : Leaf.of(register)) {
      leaf.value().node().capture();
    }
    return register;
  }

  private static <T extends Data> T copy(T data) {
    return Leaf.map(data, value -> Hdl.like(value).make(), "%s has directions; delay its members");
  }

  /** A register that holds a constant of an enum, {@code initial} under reset. */
  public final <E extends Enum<E>> State<E> state(E initial) {
    Class<E> type = initial.getDeclaringClass();
    int width = Hdl.bits(type.getEnumConstants().length);
    UInt code =
        bind(Hdl.uint(width).make(), Op.REGISTER, Op.REGISTER, (long) initial.ordinal(), domain);
    return new State<>(type, code);
  }

  /** A memory of {@code depth} words. */
  public final <T extends Data> Mem<T> mem(Type<T> type, int depth) {
    return memory(type, depth, false, Memory.Style.ANY, List.of());
  }

  /**
   * A memory that synthesis puts into block memory however small it is, for an FPGA that has blocks
   * to spare and no look-up tables. It is read with {@link Mem#readSync}.
   */
  public final <T extends Data> Mem<T> blockMem(Type<T> type, int depth) {
    return memory(type, depth, false, Memory.Style.BLOCK, List.of());
  }

  /**
   * A memory that one clock domain writes and another reads. The caller sees to it that a word is
   * not read while it is written, as the pointers of an asynchronous FIFO do.
   */
  public final <T extends Data> Mem<T> crossingMem(Type<T> type, int depth) {
    return memory(type, depth, true, Memory.Style.ANY, List.of());
  }

  /** A read-only table. */
  public final <T extends Value> Mem<T> table(Type<T> type, List<BigInteger> contents) {
    int width = type.width();
    for (BigInteger word : contents) {
      if (word.bitLength() > width) {
        throw new HdlException("%s does not fit a table of %d-bit words", word, width);
      }
    }
    return memory(
        type,
        contents.size(),
        false,
        Memory.Style.ANY,
        contents.stream().map(word -> Arithmetic.wrap(word, width, false)).toList());
  }

  private <T extends Data> Mem<T> memory(
      Type<T> type, int depth, boolean crossing, Memory.Style style, List<BigInteger> contents) {
    if (depth < 2) {
      throw new HdlException("a memory of %d words; the smallest has 2", depth);
    }
    requireOpen("memories");
    CallSite.Found site = CallSite.find();
    String name = site.name() == null ? "memory" : site.name();
    Memory memory =
        new Memory(
            definition, name, site.location(), type.width(), depth, crossing, style, contents);
    definition.add(memory);
    return new Mem<>(this, type, memory);
  }

  // ---- structure

  /**
   * Places a component in this one; all its clock domains are driven by the current domain of this
   * one.
   */
  public final <C extends Component> C inst(C child) {
    CallSite.Found site = CallSite.find();
    return place(site.name(), site.location(), child, List.of());
  }

  /** Places a component under a name of its own, for loops. */
  public final <C extends Component> C inst(String name, C child) {
    return place(name, CallSite.here(), child, List.of());
  }

  /**
   * Places a component; its clock domains, in the order in which it declares them, are driven by
   * {@code domains}.
   */
  public final <C extends Component> C inst(C child, ClockDomain... domains) {
    CallSite.Found site = CallSite.find();
    return place(site.name(), site.location(), child, List.of(domains));
  }

  private <C extends Component> C place(
      String name, String location, C child, List<ClockDomain> domains) {
    requireOpen("instances");
    Component placed = child;
    if (placed.definition.instance() != null) {
      throw new HdlException(
          "%s is already an instance in %s",
          placed.definition.name(), placed.definition.instance().parent().name());
    }
    if (placed == this) {
      throw new HdlException("%s cannot contain itself", definition.name());
    }
    int wanted = placed.definition.domains().size();
    if (!domains.isEmpty() && domains.size() != wanted) {
      throw new HdlException(
          "%s has %d clock domains but %d are given",
          placed.definition.name(), wanted, domains.size());
    }
    placed.close(netlists);
    netlists.putIfAbsent(placed.definition.digest(), placed.definition.netlist());
    List<Integer> map =
        domains.isEmpty()
            ? Collections.nCopies(wanted, domain)
            : domains.stream().map(this::index).toList();
    for (int inner = 0; inner < wanted; inner++) {
      int clock = placed.definition.clockOf(inner);
      if (definition.clockOf(map.get(inner)) != definition.clockOf(map.get(clock))) {
        throw new HdlException(
            "%s has one clock with several resets, but the domains given have different clocks",
            placed.definition.name());
      }
    }
    String instanceName = name;
    if (instanceName == null) {
      String type = placed.getClass().getSimpleName();
      instanceName = Character.toLowerCase(type.charAt(0)) + type.substring(1);
    }
    definition.add(new Instance(instanceName, location, definition, placed.definition, map));
    return child;
  }

  /** A further clock domain, driven by the ports {@code NAME_clk} and {@code NAME_reset}. */
  protected final ClockDomain clockDomain(String name) {
    int index = definition.add(new Domain(name + "_clk", name + "_reset"));
    return new ClockDomain(this, index);
  }

  /**
   * The clock of the component with another reset, driven by the port {@code NAME_reset}: for what
   * starts anew while the rest goes on. Signals pass between the two as within one domain.
   */
  protected final ClockDomain resetDomain(String name) {
    String clock = definition.domains().get(0).clock();
    return new ClockDomain(this, definition.add(new Domain(clock, name + "_reset")));
  }

  /** The domain of the ports {@code clk} and {@code reset}. */
  public final ClockDomain defaultDomain() {
    return new ClockDomain(this, 0);
  }

  /** Registers, memory writes, ports and instances of {@code body} belong to {@code inner}. */
  public final void clocked(ClockDomain inner, Runnable body) {
    int outer = domain;
    domain = index(inner);
    try {
      body.run();
    } finally {
      domain = outer;
    }
  }

  private int index(ClockDomain other) {
    if (other.component() != this) {
      throw new HdlException("this clock domain belongs to another component");
    }
    return other.index();
  }

  // ---- properties and documentation

  /**
   * Simulation stops, and a proof fails, when {@code condition} is zero at a clock edge outside
   * reset.
   */
  public final void check(Bit condition, String message) {
    property(Statement.Property.Kind.ASSERT, condition, message);
  }

  /** A proof considers only behaviours in which {@code condition} is one; simulation checks it. */
  public final void assume(Bit condition, String message) {
    property(Statement.Property.Kind.ASSUME, condition, message);
  }

  /** A proof looks for a behaviour in which {@code condition} is one. */
  public final void cover(Bit condition, String message) {
    property(Statement.Property.Kind.COVER, condition, message);
  }

  private void property(Statement.Property.Kind kind, Bit condition, String message) {
    if (message.contains("\"") || message.contains("\n") || message.contains("%")) {
      throw new HdlException("message of a property has a quote, a line break or a %%");
    }
    owns(condition);
    block().add(new Statement.Property(kind, condition.node(), message, domain, CallSite.here()));
  }

  /** The text that stands above the module in the Verilog. */
  protected final void document(String text) {
    definition.document(text);
  }

  /**
   * A line of documentation in the Verilog; a Verilog parameter when the component is a black box.
   */
  protected final void parameter(String name, Object value) {
    definition.addParameter(name, String.valueOf(value));
  }

  // ---- what the rest of the language and its readers use

  /**
   * The component in which an expression over {@code value} lives; library methods add their
   * hardware to it.
   *
   * @throws HdlException for a constant, which belongs to no component
   */
  public static Component of(Value value) {
    Definition scope = value.scope();
    if (scope == null) {
      throw new HdlException("%s is a constant; decide with a Java if", value);
    }
    return of(scope);
  }

  static Component of(Definition definition) {
    return (Component) definition.component();
  }

  /** The module as data, checked. */
  public final Definition close() {
    return close(Map.of());
  }

  /**
   * Checks the module once.
   *
   * @param equals netlists of modules checked before; an equal module needs no second check
   */
  private Definition close(Map<Digest, Netlist> equals) {
    if (!closed) {
      definition.rename(moduleName());
      Netlist netlist = equals.get(definition.digest());
      definition.complete(netlist == null ? check(definition) : netlist);
      closed = true;
      // Of a thousand equal modules the definition keeps one: let go here what it has let go.
      block = null;
      netlists = Map.of();
    }
    return definition;
  }

  private static Netlist check(Definition definition) {
    refuse(StructureCheck.problems(definition));
    Netlist netlist = Netlist.of(definition);
    refuse(LoopCheck.problems(netlist));
    refuse(CrossingCheck.problems(netlist));
    return netlist;
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new HdlException("%s", String.join("\n", problems));
    }
  }

  final Definition definition() {
    return definition;
  }

  final Block block() {
    requireOpen("statements");
    return block;
  }

  private void requireOpen(String what) {
    if (closed) {
      throw new HdlException(
          "%s is complete; %s belong into its constructor", definition.name(), what);
    }
  }

  /** Refuses a value that lives in another component. */
  final void owns(Value value) {
    Definition scope = value.scope();
    if (scope != null && scope != definition) {
      throw new HdlException(
          "%s belongs to %s but is used in %s; connect them through ports",
          value, scope.name(), definition.name());
    }
  }

  final int currentDomain() {
    return domain;
  }

  final void inside(Block inner, Runnable body) {
    Block outer = block;
    block = inner;
    try {
      body.run();
    } finally {
      block = outer;
    }
  }

  private <T extends Data> T bind(T data, Op op, Op against, Long reset, int signalDomain) {
    return bind(data, op, against, reset, signalDomain, CallSite.find());
  }

  private <T extends Data> T bind(
      T data, Op op, Op against, Long reset, int signalDomain, CallSite.Found site) {
    requireOpen("signals");
    for (Leaf leaf : Leaf.of(data)) {
      Value value = leaf.value();
      if (value.isBound()) {
        throw new HdlException("%s is a signal already; a type is wanted here", value);
      }
      if (reset != null) {
        Drive.checkReset(value, reset);
      }
      Node node =
          Node.signal(
              leaf.flipped() ? against : op,
              value.width(),
              value.signed(),
              definition,
              reset == null ? null : BigInteger.valueOf(reset),
              signalDomain);
      value.bind(node.named(name(site.name(), leaf.path()), site.location()));
    }
    return data;
  }

  /** The name of a leaf, {@code base} when the data is a leaf itself; null for none. */
  private static String name(String base, String path) {
    if (path.isEmpty()) {
      return base;
    }
    return base == null ? path.substring(1) : base + path;
  }
}

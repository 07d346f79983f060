package dev.heddle.hdl.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One module: ports, nodes, memories, instances and the statements of its body, each in creation
 * order.
 *
 * <p>The language fills it while the constructor of a component runs and closes it when the
 * component is placed or written; after that it does not change.
 */
public final class Definition {
  /** Domain of a port that is synchronous to no clock of the module. */
  public static final int ASYNCHRONOUS = -2;

  private String name;
  private final String location;
  private final List<Domain> domains = new ArrayList<>(1);
  private List<Node> nodes = new ArrayList<>(20);
  private final List<Node> ports = new ArrayList<>();
  private List<Memory> memories = new ArrayList<>(0);
  private List<Instance> instances = new ArrayList<>(0);
  private List<Node> unused = new ArrayList<>(0);
  private final Map<String, String> parameters = new LinkedHashMap<>(0);
  private Block body = new Block();
  private final boolean external;
  private final Object component;
  private String documentation = "";
  private Instance instance;
  private int position;
  private Digest digest;
  private Netlist netlist;

  /**
   * An empty module.
   *
   * @param name module name wanted; the writer makes it unique
   * @param location source line of the class or constructor
   * @param external whether the module is a black box, written by somebody else
   * @param component the object whose constructor describes the module, of no meaning here
   */
  public Definition(String name, String location, boolean external, Object component) {
    this.name = name;
    this.location = location;
    this.external = external;
    this.component = component;
  }

  int add(Node node) {
    if (node.op() == Op.INPUT || node.op() == Op.OUTPUT) {
      node.port(ports.size());
      ports.add(node);
    }
    nodes.add(node);
    return nodes.size() - 1;
  }

  /** Adds a clock domain and returns its index. */
  public int add(Domain domain) {
    domains.add(domain);
    return domains.size() - 1;
  }

  /** Adds a memory. */
  public void add(Memory memory) {
    memories.add(memory);
  }

  /** Adds an instance and makes this module the parent of its definition. */
  public void add(Instance placed) {
    placed.definition().instance = placed;
    placed.definition().position = instances.size();
    instances.add(placed);
  }

  /** Notes that {@code node} is left unread on purpose. */
  public void addUnused(Node node) {
    unused.add(node);
  }

  /** Adds a parameter: a Verilog parameter of a black box, a line of documentation otherwise. */
  public void addParameter(String parameter, String value) {
    parameters.put(parameter, value);
  }

  /** Sets the text that stands above the module. */
  public void document(String text) {
    documentation = text;
  }

  /** Changes the name, before the module is closed. */
  public void rename(String wanted) {
    name = wanted;
  }

  /** Module name wanted. */
  public String name() {
    return name;
  }

  /** Source line of the class. */
  public String location() {
    return location;
  }

  /** Whether the module is a black box. */
  public boolean external() {
    return external;
  }

  /** The object whose constructor describes the module. */
  public Object component() {
    return component;
  }

  /** Clock domains; the first is the default of ports and registers. */
  public List<Domain> domains() {
    return Collections.unmodifiableList(domains);
  }

  /** The first domain that has the clock of {@code domain}: those with another reset follow it. */
  public int clockOf(int domain) {
    String clock = domains.get(domain).clock();
    int first = 0;
    while (!domains.get(first).clock().equals(clock)) {
      first++;
    }
    return first;
  }

  /** All nodes but constants; none after {@link #complete} with the netlist of an equal module. */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /** Inputs and outputs. */
  public List<Node> ports() {
    return Collections.unmodifiableList(ports);
  }

  /** Memories and tables. */
  public List<Memory> memories() {
    return Collections.unmodifiableList(memories);
  }

  /** Modules placed in this one. */
  public List<Instance> instances() {
    return Collections.unmodifiableList(instances);
  }

  /** Bits of the memories and tables of this complete module and of all modules placed in it. */
  public long memoryBits() {
    Definition equal = netlist.definition();
    long bits = 0;
    for (Memory memory : equal.memories) {
      bits += (long) memory.width() * memory.depth();
    }
    for (Instance placed : equal.instances) {
      bits += placed.definition().memoryBits();
    }
    return bits;
  }

  /** Nodes left unread on purpose. */
  public List<Node> unused() {
    return Collections.unmodifiableList(unused);
  }

  /** Parameters in the order in which they were added. */
  public Map<String, String> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /** Text above the module, may be empty. */
  public String documentation() {
    return documentation;
  }

  /** Statements of the module. */
  public Block body() {
    return body;
  }

  /** Where the module is placed; null for a top module. */
  public Instance instance() {
    return instance;
  }

  /** Which of its parent's instances the module is. */
  int position() {
    return position;
  }

  /** Structural digest: equal for modules that differ in nothing that is written. */
  public Digest digest() {
    if (digest == null) {
      digest = Digest.of(this);
    }
    return digest;
  }

  /** The module as a graph; null until the module is checked. */
  public Netlist netlist() {
    return netlist;
  }

  /**
   * Ends the construction of the module with its netlist, or that of an equal module. The latter
   * says all there is to say, so that what the module contains is let go: a thousand equal modules
   * take the memory of one and of their ports.
   */
  public void complete(Netlist checked) {
    netlist = checked;
    if (checked.definition() != this) {
      nodes = List.of();
      memories = List.of();
      instances = List.of();
      unused = List.of();
      body = new Block();
    }
  }
}

package dev.heddle.hdl.ir;

/**
 * Numbers the signals and expressions that the statements of a module may name: its own nodes by
 * their {@link Node#id}, then the ports of its instances. Tables indexed by these numbers take the
 * place of maps where a module may have thousands of instances.
 */
public final class NodeNumbers {
  private final Definition definition;
  private final int[] firstPorts;
  private final int own;
  private final int size;

  /** The numbers of a complete module. */
  public NodeNumbers(Definition definition) {
    this.definition = definition;
    own = definition.nodes().size();
    firstPorts = new int[definition.instances().size()];
    int next = own;
    for (int i = 0; i < firstPorts.length; i++) {
      firstPorts[i] = next;
      next += definition.instances().get(i).definition().ports().size();
    }
    size = next;
  }

  /** How many numbers there are. */
  public int size() {
    return size;
  }

  /** How many nodes the module itself has. */
  public int own() {
    return own;
  }

  /** The number of a node of the module or of a port of an instance in it; -1 for a constant. */
  public int of(Node node) {
    Definition owner = node.owner();
    if (owner == definition) {
      return node.id();
    }
    return owner == null ? -1 : firstPorts[owner.position()] + node.port();
  }
}

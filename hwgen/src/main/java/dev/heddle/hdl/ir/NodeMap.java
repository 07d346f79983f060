package dev.heddle.hdl.ir;

/** What is known of some nodes of a module; of constants nothing is. */
public final class NodeMap<V> {
  private final NodeNumbers numbers;
  private final Object[] values;

  /** An empty map for the nodes that {@code numbers} has numbers for. */
  public NodeMap(NodeNumbers numbers) {
    this.numbers = numbers;
    values = new Object[numbers.size()];
  }

  /** What is known of {@code node}, or null. */
  @SuppressWarnings("unchecked")
  public V get(Node node) {
    int number = numbers.of(node);
    return number < 0 ? null : (V) values[number];
  }

  /** Whether anything is known of {@code node}. */
  public boolean contains(Node node) {
    return get(node) != null;
  }

  /** Notes {@code value}; null forgets. */
  public void put(Node node, V value) {
    values[numbers.of(node)] = value;
  }
}

package dev.heddle.hdl.verilog;

import dev.heddle.hdl.ir.Node;
import dev.heddle.hdl.ir.NodeMap;
import dev.heddle.hdl.ir.NodeNumbers;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which bits of the named nodes of a module the text reads. */
final class ReadBits {
  private final NodeNumbers numbers;
  private final boolean[] whole;
  private final NodeMap<BitSet> parts;

  ReadBits(NodeNumbers numbers) {
    this.numbers = numbers;
    whole = new boolean[numbers.size()];
    parts = new NodeMap<>(numbers);
  }

  /** Notes that all bits of a node are read. */
  void all(Node node) {
    whole[numbers.of(node)] = true;
  }

  /** Notes that the bits {@code high} to {@code low} of a node are read. */
  void part(Node node, int high, int low) {
    if (isWhole(node)) {
      return;
    }
    BitSet bits = parts.get(node);
    if (bits == null) {
      bits = new BitSet(node.width());
      parts.put(node, bits);
    }
    bits.set(low, high + 1);
  }

  /** Whether nothing reads the node. */
  boolean isEmpty(Node node) {
    return !isWhole(node) && !parts.contains(node);
  }

  private boolean isWhole(Node node) {
    return whole[numbers.of(node)];
  }

  /** The parts of the node called {@code name} that nothing reads, as expressions. */
  List<String> unread(Node node, String name) {
    if (isWhole(node)) {
      return List.of();
    }
    BitSet read = parts.get(node);
    if (read == null) {
      return List.of(name);
    }
    List<String> unread = new ArrayList<>();
    for (int low = read.nextClearBit(0); low < node.width(); ) {
      int end = read.nextSetBit(low);
      int high = (end < 0 ? node.width() : end) - 1;
      unread.add(name + (high == low ? "[" + low + "]" : "[" + high + ":" + low + "]"));
      low = read.nextClearBit(high + 1);
    }
    return unread;
  }
}

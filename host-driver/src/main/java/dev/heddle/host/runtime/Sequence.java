package dev.heddle.host.runtime;

import dev.heddle.accel.format.KvVector;
import dev.heddle.host.model.LlamaShape;
import java.util.ArrayList;
import java.util.List;

/** The text that a model has read so far: its keys and values, for each layer and KV head. */
public final class Sequence {
  private final int kvHeads;
  private final int headDimension;
  private final List<List<KvVector>> keys = new ArrayList<>();
  private final List<List<KvVector>> values = new ArrayList<>();
  private int length;

  /** An empty sequence for a model. */
  Sequence(LlamaShape shape) {
    this.kvHeads = shape.kvHeads();
    this.headDimension = shape.headDimension();
    for (int i = 0; i < shape.layers() * kvHeads; i++) {
      keys.add(new ArrayList<>());
      values.add(new ArrayList<>());
    }
  }

  /** Tokens read: also the position of the next one. */
  public int length() {
    return length;
  }

  /** Appends the key and the value vector of a token to a layer, all heads of each. */
  void append(int layer, float[] key, float[] value) {
    for (int head = 0; head < kvHeads; head++) {
      int from = head * headDimension;
      int at = layer * kvHeads + head;
      keys.get(at).add(KvVector.quantise(key, from, from + headDimension));
      values.get(at).add(KvVector.quantise(value, from, from + headDimension));
    }
  }

  /** The keys of a head that the token at {@code position} sees. */
  List<KvVector> keys(int layer, int head, int position) {
    return keys.get(layer * kvHeads + head).subList(0, position + 1);
  }

  /** The values of a head that the token at {@code position} sees. */
  List<KvVector> values(int layer, int head, int position) {
    return values.get(layer * kvHeads + head).subList(0, position + 1);
  }

  /** Says that {@code tokens} more were read by all layers. */
  void advance(int tokens) {
    length += tokens;
  }

  /** Forgets what a chunk left behind that did not reach the last layer. */
  void dropUnfinished() {
    for (List<List<KvVector>> cache : List.of(keys, values)) {
      cache.forEach(head -> head.subList(Math.min(length, head.size()), head.size()).clear());
    }
  }
}

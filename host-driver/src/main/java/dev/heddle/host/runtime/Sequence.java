package dev.heddle.host.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The text that a model has read so far: the keys and values that tokens to come can see. Closing
 * it gives back the card memory that it holds; a closed one reads no more.
 */
public final class Sequence implements AutoCloseable {
  private final List<LayerCache> layers = new ArrayList<>();
  private CardCache card;
  private Consumer<Sequence> onClose;
  private TokenTree tree;
  private int length;
  private boolean closed;

  /** An empty sequence for a model of {@code layers} layers. */
  Sequence(int layers, CacheForm form) {
    for (int i = 0; i < layers; i++) {
      this.layers.add(new LayerCache(form));
    }
  }

  /** Tokens read: also the position of the next one. */
  public int length() {
    return length;
  }

  /** The keys and values of a layer. */
  LayerCache layer(int layer) {
    return layers.get(layer);
  }

  /** Says that {@code tokens} more were read by all layers. */
  void advance(int tokens) {
    length += tokens;
  }

  /** Says that a tree was read by all layers. */
  void hold(TokenTree read) {
    tree = read;
  }

  /**
   * Makes the tokens from the text to a node of the tree that was read last part of the text, and
   * forgets the others.
   *
   * @throws IllegalStateException when no tree was read since the text grew
   * @throws IllegalArgumentException when the tree has no such node
   */
  public void commit(int node) {
    if (tree == null || closed) {
      throw new IllegalStateException("the sequence holds no tree; read one first");
    }
    if (node < 0 || node >= tree.size()) {
      throw new IllegalArgumentException(
          "node %d of a tree of %d nodes".formatted(node, tree.size()));
    }
    List<Integer> path = tree.path(node);
    int end = length + tree.size();
    boolean copies =
        card != null && card.copies() && layers.stream().allMatch(layer -> layer.written() == end);
    int text = length;
    layers.forEach(layer -> layer.commit(text, path));
    tree = null;
    length += path.size();
    if (copies) {
      card.commit(text, path);
      layers.forEach(LayerCache::setWritten);
    }
  }

  /**
   * Forgets a tree that was not committed, and what a chunk left behind that did not reach the last
   * layer.
   *
   * @throws IllegalStateException when the sequence is closed
   */
  void dropUnfinished() {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    tree = null;
    layers.forEach(layer -> layer.truncate(length));
  }

  /** Its place in card memory; null while it has none. */
  CardCache card() {
    return card;
  }

  /**
   * Gives it a place in card memory, where nothing is written yet.
   *
   * @param onRelease hears of the sequence when it is closed
   */
  void takeCard(CardCache place, Consumer<Sequence> onRelease) {
    card = place;
    onClose = onRelease;
    layers.forEach(LayerCache::forgetWritten);
  }

  /** Gives its card memory back. */
  void releaseCard() {
    if (card != null) {
      card.free();
      card = null;
    }
  }

  @Override
  public void close() {
    closed = true;
    if (card != null) {
      onClose.accept(this);
      releaseCard();
    }
  }
}

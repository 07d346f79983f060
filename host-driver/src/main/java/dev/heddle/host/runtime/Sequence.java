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

  /**
   * Forgets what a chunk left behind that did not reach the last layer.
   *
   * @throws IllegalStateException when the sequence is closed
   */
  void dropUnfinished() {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
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

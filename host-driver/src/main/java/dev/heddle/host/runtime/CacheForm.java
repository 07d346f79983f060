package dev.heddle.host.runtime;

import dev.heddle.accel.format.Rope;
import dev.heddle.host.model.LlamaShape;

/**
 * What the {@link LayerCache}s of a model have in common.
 *
 * @param pattern which tokens a token sees
 * @param kvHeads key and value heads
 * @param headDimension elements of a head
 * @param rope the rotation of keys
 * @param ceiling the greatest distance that a first token is seen from
 * @param slots most tokens of a cache, where the pattern has a window
 */
record CacheForm(
    AttentionPattern pattern, int kvHeads, int headDimension, Rope rope, int ceiling, int slots) {

  /**
   * The form for a model.
   *
   * @param chunk most tokens that are read at a time
   */
  static CacheForm of(LlamaShape shape, AttentionPattern pattern, Rope rope, int chunk) {
    return new CacheForm(
        pattern,
        shape.kvHeads(),
        shape.headDimension(),
        rope,
        shape.context() - 1,
        slots(shape, pattern, chunk));
  }

  /** Room for two windows, so that tokens move up once in a window. */
  static int slots(LlamaShape shape, AttentionPattern pattern, int chunk) {
    return pattern.keepsAll()
        ? LlamaRuntime.contextLength(shape, pattern)
        : pattern.first() + 2 * pattern.window() + chunk;
  }

  /** The last position from which every first token is seen where it stands. */
  int lastUnturned() {
    return pattern.first() == 0 ? Integer.MAX_VALUE - 1 : ceiling;
  }
}

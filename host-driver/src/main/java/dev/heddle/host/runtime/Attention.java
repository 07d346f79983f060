package dev.heddle.host.runtime;

/** Computes the attention of a layer; every implementation gives the same bits. */
interface Attention {
  /**
   * The outputs of tokens whose keys and values are in the sequence's cache of the layer.
   *
   * @param position of the first token
   * @param queries the rotated queries of each token, all heads
   * @return the outputs of each token, all heads
   */
  float[][] rows(Sequence sequence, int layer, int position, float[][] queries);
}

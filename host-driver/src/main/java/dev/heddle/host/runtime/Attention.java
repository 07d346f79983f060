package dev.heddle.host.runtime;

import dev.heddle.accel.format.KvVector;
import dev.heddle.host.model.LlamaShape;
import java.util.ArrayList;
import java.util.List;

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

  /**
   * The outputs of nodes of a tree, whose keys and values are in the cache behind those of the
   * text, in the order of the nodes.
   *
   * @param from the first node
   * @param queries the rotated queries of each node, all heads
   * @return the outputs of each node, all heads
   */
  float[][] rows(Sequence sequence, int layer, TokenTree tree, int from, float[][] queries);

  /**
   * The queries of the heads that share a KV head.
   *
   * @param queries of a token, all heads
   */
  static List<KvVector> group(LlamaShape shape, int kvHead, float[] queries) {
    List<KvVector> group = new ArrayList<>();
    for (int member = 0; member < shape.group(); member++) {
      int from = (kvHead * shape.group() + member) * shape.headDimension();
      group.add(KvVector.quantise(queries, from, from + shape.headDimension()));
    }
    return group;
  }
}

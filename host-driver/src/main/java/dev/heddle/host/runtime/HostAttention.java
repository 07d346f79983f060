package dev.heddle.host.runtime;

import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.host.model.LlamaShape;
import java.util.List;

/** Attention on the host, by {@link GoldenAttention}. */
final class HostAttention implements Attention {
  private final LlamaShape shape;
  private final ScoreScale scale;

  HostAttention(LlamaShape shape) {
    this.shape = shape;
    this.scale = ScoreScale.ofHeadDimension(shape.headDimension());
  }

  @Override
  public float[][] rows(Sequence sequence, int layer, int position, float[][] queries) {
    LayerCache cache = sequence.layer(layer);
    float[][] outputs = new float[queries.length][shape.queryWidth()];
    for (int i = 0; i < queries.length; i++) {
      cache.turn(position + i);
      for (int head = 0; head < shape.kvHeads(); head++) {
        List<KvVector> group = Attention.group(shape, head, queries[i]);
        group(cache.seen(head, position + i, group), head, group, outputs[i]);
      }
    }
    return outputs;
  }

  @Override
  public float[][] rows(Sequence sequence, int layer, TokenTree tree, int from, float[][] queries) {
    LayerCache cache = sequence.layer(layer);
    float[][] outputs = new float[queries.length][shape.queryWidth()];
    for (int i = 0; i < queries.length; i++) {
      List<Integer> path = tree.path(from + i);
      for (int head = 0; head < shape.kvHeads(); head++) {
        List<KvVector> group = Attention.group(shape, head, queries[i]);
        group(cache.seenOnPath(head, sequence.length(), path), head, group, outputs[i]);
      }
    }
    return outputs;
  }

  /** The query heads of a token that share a KV head. */
  private void group(LayerCache.Seen seen, int kvHead, List<KvVector> group, float[] outputs) {
    int offset = kvHead * group.size() * shape.headDimension();
    for (KvVector query : group) {
      GoldenAttention.row(query, seen.keys(), seen.values(), scale, outputs, offset);
      offset += shape.headDimension();
    }
  }
}

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
        group(cache, head, position + i, queries[i], outputs[i]);
      }
    }
    return outputs;
  }

  /** The query heads of a token that share a KV head. */
  private void group(LayerCache cache, int kvHead, int position, float[] queries, float[] outputs) {
    List<KvVector> group = Attention.group(shape, kvHead, queries);
    LayerCache.Seen seen = cache.seen(kvHead, position, group);
    int offset = kvHead * group.size() * shape.headDimension();
    for (KvVector query : group) {
      GoldenAttention.row(query, seen.keys(), seen.values(), scale, outputs, offset);
      offset += shape.headDimension();
    }
  }
}

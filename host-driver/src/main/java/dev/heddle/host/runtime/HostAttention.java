package dev.heddle.host.runtime;

import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.host.model.LlamaShape;

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
    int group = shape.heads() / shape.kvHeads();
    for (int i = 0; i < queries.length; i++) {
      cache.turn(position + i);
      for (int head = 0; head < shape.heads(); head++) {
        int from = head * shape.headDimension();
        GoldenAttention.row(
            KvVector.quantise(queries[i], from, from + shape.headDimension()),
            cache.seen(cache.keys(head / group), position + i),
            cache.seen(cache.values(head / group), position + i),
            scale,
            outputs[i],
            from);
      }
    }
    return outputs;
  }
}

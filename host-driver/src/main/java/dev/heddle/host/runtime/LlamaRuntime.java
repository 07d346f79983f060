package dev.heddle.host.runtime;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.Fp32;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.RmsNorm;
import dev.heddle.accel.format.Rope;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.format.Silu;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.DeviceMatrix;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.model.LlamaTensors;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A Llama model on a {@link Device}: every matrix product runs there, the rest here by the golden
 * functions.
 *
 * <pre>
 *   token -> embedding -> x
 *   each layer:  RMSNorm -> X8 -> [Wq Wk Wv] -> RoPE -> KV cache -> attention -> X8 -> [Wo] -> x +=
 *                RMSNorm -> X8 -> [Wgate Wup] -> SiLU(gate) * up -> X8 -> [Wdown] -> x +=
 *   RMSNorm -> X8 -> [Woutput] -> logits                              [..] = on the device
 * </pre>
 *
 * <p>The logits depend on the model and the tokens alone, bit for bit: not on the device, its
 * configuration, or how many tokens are read at a time.
 */
public final class LlamaRuntime {
  /** Room in card memory for descriptor lists and records. */
  private static final long LIST_BYTES = 4L << 20;

  private final Device device;
  private final LlamaShape shape;
  private final Tensor embedding;
  private final LlamaWeights weights;
  private final Rope rope;
  private final ScoreScale scoreScale;

  private LlamaRuntime(ModelFile model, Device device, LlamaWeights weights) {
    this.device = device;
    this.shape = model.shape();
    this.embedding = model.tensor(LlamaTensors.TOKEN_EMBEDDING);
    this.weights = weights;
    Rope.Pairing pairing =
        switch (shape.ropePairing()) {
          case INTERLEAVED -> Rope.Pairing.INTERLEAVED;
          case HALF_SPLIT -> Rope.Pairing.HALF_SPLIT;
        };
    this.rope = new Rope(pairing, model.ropeFrequencies());
    this.scoreScale = ScoreScale.ofHeadDimension(shape.headDimension());
  }

  /**
   * Uploads a model. Its file must stay open as long as the runtime is used.
   *
   * @param otherwise the format that F32 and F16 matrices are quantised to; quantised ones keep
   *     their codes
   */
  public static LlamaRuntime load(
      ModelFile model, Device device, WeightFormat otherwise, UploadProgress progress) {
    return new LlamaRuntime(model, device, LlamaWeights.upload(model, device, otherwise, progress));
  }

  /** Bytes of card memory that a model takes on a machine, with its vectors and lists. */
  public static long memoryBytes(
      ModelFile model, WeightFormat otherwise, Configuration configuration) {
    long bytes = LIST_BYTES;
    for (Tensor matrix : LlamaWeights.matrices(model)) {
      bytes += LlamaWeights.imageBytes(matrix, otherwise, configuration);
    }
    LlamaShape shape = model.shape();
    long widest = Math.max(shape.vocabulary(), 2L * shape.ffn());
    widest = Math.max(widest, shape.queryWidth() + 2L * shape.kvWidth());
    // Vectors and results grow by being moved, so that the old and the new place exist together.
    return bytes + 2 * configuration.maxTokens() * (widest + shape.width() + 1024) * Float.BYTES;
  }

  /** The hyperparameters. */
  public LlamaShape shape() {
    return shape;
  }

  /** The device. */
  public Device device() {
    return device;
  }

  /** The longest sequence, in tokens. */
  public int contextLength() {
    return Math.min(shape.context(), GoldenAttention.MAX_KEYS);
  }

  /** An empty sequence. */
  public Sequence newSequence() {
    return new Sequence(shape);
  }

  /**
   * Reads tokens, {@code maxTokens} at a time.
   *
   * @return the logits behind the last token
   * @throws ContextFullException when the sequence would exceed {@link #contextLength}
   */
  public float[] read(Sequence sequence, int... tokens) {
    requireRoom(sequence, tokens);
    float[][] states = null;
    int chunk = device.configuration().maxTokens();
    for (int from = 0; from < tokens.length; from += chunk) {
      states = states(sequence, tokens, from, Math.min(tokens.length, from + chunk));
    }
    return logits(new float[][] {states[states.length - 1]})[0];
  }

  /**
   * Reads tokens as {@link #read} does.
   *
   * @return the logits behind every token
   */
  public float[][] readAll(Sequence sequence, int... tokens) {
    requireRoom(sequence, tokens);
    List<float[]> logits = new ArrayList<>();
    int chunk = device.configuration().maxTokens();
    for (int from = 0; from < tokens.length; from += chunk) {
      int to = Math.min(tokens.length, from + chunk);
      logits.addAll(Arrays.asList(logits(states(sequence, tokens, from, to))));
    }
    return logits.toArray(float[][]::new);
  }

  private void requireRoom(Sequence sequence, int[] tokens) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("there are no tokens to read");
    }
    if (sequence.length() + tokens.length > contextLength()) {
      throw new ContextFullException(sequence.length(), tokens.length, contextLength());
    }
    for (int token : tokens) {
      if (token < 0 || token >= shape.vocabulary()) {
        throw new IllegalArgumentException(
            "token %d is outside the vocabulary of %d".formatted(token, shape.vocabulary()));
      }
    }
  }

  /** The residual stream behind the last layer, for each token of a chunk. */
  private float[][] states(Sequence sequence, int[] tokens, int from, int to) {
    float[][] x = new float[to - from][shape.width()];
    Rope.Angles[] angles = new Rope.Angles[x.length];
    for (int i = 0; i < x.length; i++) {
      embedding.readRow(tokens[from + i], x[i]);
      angles[i] = rope.at(sequence.length() + i);
    }
    sequence.dropUnfinished();
    for (int layer = 0; layer < shape.layers(); layer++) {
      LlamaWeights.Layer weightsOf = weights.layers().get(layer);
      attention(sequence, layer, weightsOf, angles, x);
      feedForward(weightsOf, x);
    }
    sequence.advance(x.length);
    return x;
  }

  private void attention(
      Sequence sequence,
      int layer,
      LlamaWeights.Layer weightsOf,
      Rope.Angles[] angles,
      float[][] x) {
    List<float[][]> projected =
        device.multiply(weightsOf.projections(), normalised(x, weightsOf.attentionNorm()));
    float[][] queries = projected.get(0);
    float[][] keys = projected.get(1);
    float[][] values = projected.get(2);
    List<X8Vector> mixed = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      rotate(angles[i], queries[i], shape.heads());
      rotate(angles[i], keys[i], shape.kvHeads());
      sequence.append(layer, keys[i], values[i]);
      mixed.add(X8Vector.quantise(attentionRow(sequence, layer, queries[i], i)));
    }
    add(x, device.multiply(weightsOf.attentionOutput(), mixed));
  }

  private void rotate(Rope.Angles angles, float[] vector, int heads) {
    for (int head = 0; head < heads; head++) {
      angles.rotate(vector, head * shape.headDimension());
    }
  }

  private float[] attentionRow(Sequence sequence, int layer, float[] queries, int index) {
    int position = sequence.length() + index;
    int dimension = shape.headDimension();
    int queriesPerKey = shape.heads() / shape.kvHeads();
    float[] output = new float[shape.queryWidth()];
    for (int head = 0; head < shape.heads(); head++) {
      int from = head * dimension;
      GoldenAttention.row(
          KvVector.quantise(queries, from, from + dimension),
          sequence.keys(layer, head / queriesPerKey, position),
          sequence.values(layer, head / queriesPerKey, position),
          scoreScale,
          output,
          from);
    }
    return output;
  }

  private void feedForward(LlamaWeights.Layer weightsOf, float[][] x) {
    List<float[][]> expanded =
        device.multiply(weightsOf.expansions(), normalised(x, weightsOf.ffnNorm()));
    List<X8Vector> gated = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      float[] gate = expanded.get(0)[i];
      float[] up = expanded.get(1)[i];
      for (int j = 0; j < gate.length; j++) {
        gate[j] = Fp32.mul(Silu.of(gate[j]), up[j]);
      }
      gated.add(X8Vector.quantise(gate));
    }
    add(x, device.multiply(weightsOf.down(), gated));
  }

  private float[][] logits(float[][] states) {
    DeviceMatrix output = weights.output();
    return device.multiply(output, normalised(states, weights.outputNorm()));
  }

  private List<X8Vector> normalised(float[][] x, float[] norm) {
    List<X8Vector> vectors = new ArrayList<>();
    for (float[] row : x) {
      float[] normal = new float[row.length];
      RmsNorm.apply(row, norm, shape.normEpsilon(), normal);
      vectors.add(X8Vector.quantise(normal));
    }
    return vectors;
  }

  private static void add(float[][] x, float[][] branch) {
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        x[i][j] = Fp32.add(x[i][j], branch[i][j]);
      }
    }
  }
}

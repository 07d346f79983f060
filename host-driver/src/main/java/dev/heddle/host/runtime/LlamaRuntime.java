package dev.heddle.host.runtime;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.Fp32;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.RmsNorm;
import dev.heddle.accel.format.Rope;
import dev.heddle.accel.format.Silu;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.DeviceMatrix;
import dev.heddle.host.device.MemoryAllocator;
import dev.heddle.host.device.ProductMemory;
import dev.heddle.host.device.UploadProgress;
import dev.heddle.host.device.WeightPlacement;
import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.model.LlamaTensors;
import dev.heddle.host.model.ModelFile;
import dev.heddle.host.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A Llama model on a {@link Device}: matrix products run there, and attention where the device has
 * an engine that takes it; the rest runs here by the golden functions.
 *
 * <pre>
 *   token -> embedding -> x
 *   each layer:  RMSNorm -> X8 -> [Wq Wk Wv] -> RoPE -> KV cache -> [attention] -> X8 -> [Wo] -> x +=
 *                RMSNorm -> X8 -> [Wgate Wup] -> SiLU(gate) * up -> X8 -> [Wdown] -> x +=
 *   RMSNorm -> X8 -> [Woutput] -> logits                              [..] = on the device
 * </pre>
 *
 * <p>The logits depend on the model, the tokens and the {@link AttentionPattern} alone, bit for
 * bit: not on the device, its configuration, where attention runs, or how many tokens are read at a
 * time.
 */
public final class LlamaRuntime {
  /** Card memory that is left alone, so that regions can grow by being moved. */
  private static final long SPARE_BYTES = 1L << 18;

  /** Tokens of a prompt for which weights that do not stay in card memory are sent once. */
  private static final int STREAMED_TOKENS = 64;

  private final Device device;
  private final LlamaShape shape;
  private final Tensor embedding;
  private final LlamaWeights weights;
  private final Rope rope;
  private final int chunk;
  private final CacheForm caches;
  private final AttentionPlan plan;
  private final HostAttention hostAttention;
  private final Optional<DeviceAttention> deviceAttention;
  private String hostReason;

  private LlamaRuntime(
      ModelFile model,
      Device device,
      LlamaWeights weights,
      AttentionPattern pattern,
      long freeBytes) {
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
    Configuration configuration = device.configuration();
    boolean streams = !weights.placement().isAllResident();
    this.chunk =
        streams ? Math.max(STREAMED_TOKENS, configuration.maxTokens()) : configuration.maxTokens();
    this.caches = CacheForm.of(shape, pattern, rope, chunk);
    this.hostAttention = new HostAttention(shape);
    plan = new AttentionPlan(configuration, shape, pattern);
    long budget = Math.max(0, freeBytes - plan.workBytes() - SPARE_BYTES);
    hostReason = plan.refusal(budget).orElse(null);
    deviceAttention =
        hostReason == null
            ? Optional.of(new DeviceAttention(device, shape, caches, budget))
            : Optional.empty();
  }

  /** Uploads a model for dense attention. */
  public static LlamaRuntime load(
      ModelFile model, Device device, WeightFormat otherwise, UploadProgress progress) {
    return load(model, device, otherwise, AttentionPattern.DENSE, progress);
  }

  /**
   * Uploads a model, or as much of its weights as card memory has room for; the others are sent
   * when they are used ({@link #placement}). Its file must stay open as long as the runtime is
   * used.
   *
   * @param otherwise the format that F32 and F16 matrices are quantised to; quantised ones keep
   *     their codes
   * @param pattern which tokens a token sees
   */
  public static LlamaRuntime load(
      ModelFile model,
      Device device,
      WeightFormat otherwise,
      AttentionPattern pattern,
      UploadProgress progress) {
    List<List<WeightLayout>> products =
        LlamaWeights.layouts(model, otherwise, device.configuration());
    LlamaWeights weights = LlamaWeights.upload(model, products, device, otherwise, progress);
    long free = device.freeBytes() - ProductMemory.of(products).listBytes();
    return new LlamaRuntime(model, device, weights, pattern, free);
  }

  /**
   * Bytes of card memory that a model takes on a machine, with its vectors and lists and the keys
   * and values of one sequence.
   */
  public static long memoryBytes(
      ModelFile model,
      WeightFormat otherwise,
      AttentionPattern pattern,
      Configuration configuration) {
    List<List<WeightLayout>> products = LlamaWeights.layouts(model, otherwise, configuration);
    long weights = products.stream().flatMap(List::stream).mapToLong(WeightLayout::size).sum();
    AttentionPlan plan = new AttentionPlan(configuration, model.shape(), pattern);
    return ActivationImage.aligned(
        MemoryAllocator.FIRST_ADDRESS
            + weights
            + ProductMemory.of(products).bytes()
            + plan.memoryBytes()
            + SPARE_BYTES);
  }

  /** The hyperparameters. */
  public LlamaShape shape() {
    return shape;
  }

  /** The device. */
  public Device device() {
    return device;
  }

  /** Which weights stay in card memory. */
  public WeightPlacement placement() {
    return weights.placement();
  }

  /** The longest sequence, in tokens: the model's context, unless the attention has a window. */
  public int contextLength() {
    return contextLength(shape, caches.pattern());
  }

  /** The longest sequence of a model with a pattern. */
  static int contextLength(LlamaShape shape, AttentionPattern pattern) {
    return pattern.keepsAll()
        ? Math.min(shape.context(), GoldenAttention.MAX_KEYS)
        : AttentionPattern.UNLIMITED;
  }

  /**
   * Why attention was computed on the host so far or will be; empty while the device computes all
   * of it.
   */
  public Optional<String> hostAttention() {
    return Optional.ofNullable(hostReason);
  }

  /**
   * Why the blocks that tokens see are chosen on the host; empty while the device chooses them, or
   * there is no choice.
   */
  public Optional<String> hostRouting() {
    return plan.hostRouting();
  }

  /** Whether queries choose the blocks of keys that they see. */
  public boolean routes() {
    return caches.pattern().routing().isPresent();
  }

  /** Whether the device can compute attention of this model at all. */
  public boolean attendsOnDevice() {
    return deviceAttention.isPresent();
  }

  /** An empty sequence. */
  public Sequence newSequence() {
    return new Sequence(shape.layers(), caches);
  }

  /**
   * Reads tokens, {@code maxTokens} at a time, or more where weights are streamed.
   *
   * @return the logits behind the last token
   * @throws ContextFullException when the sequence would exceed {@link #contextLength}
   */
  public float[] read(Sequence sequence, int... tokens) {
    requireRoom(sequence, tokens);
    float[][] states = null;
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
    for (int from = 0; from < tokens.length; from += chunk) {
      int to = Math.min(tokens.length, from + chunk);
      logits.addAll(Arrays.asList(logits(states(sequence, tokens, from, to))));
    }
    return logits.toArray(float[][]::new);
  }

  /**
   * Reads tokens that may follow, without making them part of the text; {@link Sequence#commit}
   * does that, and reading on forgets them.
   *
   * @return the logits behind every node, those that reading its path token by token gives
   * @throws ContextFullException when text and tree together would exceed {@link #contextLength}
   * @throws IllegalArgumentException when the attention is not dense
   */
  public float[][] read(Sequence sequence, TokenTree tree) {
    if (!caches.pattern().equals(AttentionPattern.DENSE)) {
      throw new IllegalArgumentException(
          "trees are read with dense attention, not with " + caches.pattern());
    }
    int[] tokens = tree.tokens().stream().mapToInt(Integer::intValue).toArray();
    requireRoom(sequence, tokens);
    sequence.dropUnfinished();
    List<float[]> logits = new ArrayList<>();
    for (int from = 0; from < tokens.length; from += chunk) {
      int to = Math.min(tokens.length, from + chunk);
      logits.addAll(Arrays.asList(logits(states(sequence, tree, from, to))));
    }
    sequence.hold(tree);
    return logits.toArray(float[][]::new);
  }

  private void requireRoom(Sequence sequence, int[] tokens) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("there are no tokens to read");
    }
    if (tokens.length > contextLength() - sequence.length()) {
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
    sequence.dropUnfinished();
    int start = sequence.length();
    Attention attention = attentionAt(start + to - from - 1);
    float[][] x =
        states(
            sequence,
            Arrays.copyOfRange(tokens, from, to),
            start,
            IntStream.range(start, start + to - from).toArray(),
            (layer, queries) -> attention.rows(sequence, layer, start, queries));
    sequence.advance(x.length);
    return x;
  }

  /** The same for some nodes of a tree, behind those before them. */
  private float[][] states(Sequence sequence, TokenTree tree, int from, int to) {
    int text = sequence.length();
    Attention attention = attentionOfTree(text + tree.size());
    return states(
        sequence,
        IntStream.range(from, to).map(tree.tokens()::get).toArray(),
        text + from,
        IntStream.range(from, to).map(node -> text + tree.path(node).size() - 1).toArray(),
        (layer, queries) -> attention.rows(sequence, layer, tree, from, queries));
  }

  /** Attention of a layer for the tokens of a chunk, whose keys and values are in the cache. */
  private interface ChunkAttention {
    float[][] rows(int layer, float[][] queries);
  }

  /**
   * The residual stream behind the last layer.
   *
   * @param start how many tokens the caches hold
   * @param positions where the tokens stand
   */
  private float[][] states(
      Sequence sequence, int[] tokens, int start, int[] positions, ChunkAttention attention) {
    float[][] x = new float[tokens.length][shape.width()];
    Rope.Angles[] angles = new Rope.Angles[x.length];
    for (int i = 0; i < x.length; i++) {
      embedding.readRow(tokens[i], x[i]);
      angles[i] = rope.at(positions[i]);
    }
    for (int layer = 0; layer < shape.layers(); layer++) {
      LlamaWeights.Layer weightsOf = weights.layers().get(layer);
      attention(attention, sequence, layer, start, angles, x);
      feedForward(weightsOf, x);
    }
    return x;
  }

  /** What computes the attention of the tokens up to a position. */
  private Attention attentionAt(int last) {
    if (deviceAttention.isEmpty()) {
      return hostAttention;
    }
    return unless(deviceAttention.get().refusal(last));
  }

  /** What computes the attention of a tree that ends with the token of a number. */
  private Attention attentionOfTree(int tokens) {
    if (deviceAttention.isEmpty()) {
      return hostAttention;
    }
    return unless(deviceAttention.get().refusalOfTree(tokens));
  }

  /** The device, unless it has a reason to refuse. */
  private Attention unless(Optional<String> refusal) {
    hostReason = refusal.orElse(hostReason);
    return refusal.isPresent() ? hostAttention : deviceAttention.get();
  }

  private void attention(
      ChunkAttention attention,
      Sequence sequence,
      int layer,
      int start,
      Rope.Angles[] angles,
      float[][] x) {
    LlamaWeights.Layer weightsOf = weights.layers().get(layer);
    List<float[][]> projected =
        device.multiply(weightsOf.projections(), normalised(x, weightsOf.attentionNorm()));
    float[][] queries = projected.get(0);
    LayerCache cache = sequence.layer(layer);
    cache.reserve(start, x.length);
    for (int i = 0; i < x.length; i++) {
      for (int head = 0; head < shape.heads(); head++) {
        angles[i].rotate(queries[i], head * shape.headDimension());
      }
      cache.append(start + i, angles[i], projected.get(1)[i], projected.get(2)[i]);
    }
    List<X8Vector> mixed = new ArrayList<>();
    for (float[] row : attention.rows(layer, queries)) {
      mixed.add(X8Vector.quantise(row));
    }
    add(x, device.multiply(weightsOf.attentionOutput(), mixed));
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

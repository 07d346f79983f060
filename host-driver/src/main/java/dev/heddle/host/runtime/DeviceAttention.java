package dev.heddle.host.runtime;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.HeadQueries;
import dev.heddle.host.model.LlamaShape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Attention on the attention engine of a device.
 *
 * <pre>
 *   LayerCache on the host --new slots--> CardCache --.
 *   queries --> head table, an entry a KV head -------+--> ATTEND --> outputs
 * </pre>
 *
 * <p>Card memory holds copies of caches on the host, of as many sequences as there is room for; one
 * that had to make way is written again when its sequence is read on.
 */
final class DeviceAttention implements Attention {
  /** Room for descriptors and the completion record. */
  private static final int WORK_BYTES = 1024;

  private final Device device;
  private final LlamaShape model;
  private final AttentionShape engine;
  private final CacheForm form;
  private final CardCache.Form card;
  private final ScoreScale scale;
  private final long budget;
  private final Deque<Sequence> resident = new ArrayDeque<>();

  /**
   * Attention for a model.
   *
   * @param budget bytes of card memory that keys and values may take
   * @throws IllegalArgumentException when there is a {@link #refusal}
   */
  DeviceAttention(Device device, LlamaShape model, CacheForm form, long budget) {
    refusal(device.configuration(), model, form.pattern(), budget)
        .ifPresent(
            refusal -> {
              throw new IllegalArgumentException(refusal);
            });
    this.device = device;
    this.model = model;
    this.form = form;
    this.budget = budget;
    engine = device.configuration().attention().orElseThrow();
    card = cardForm(engine, model, form.pattern(), device.configuration().maxTokens());
    scale = ScoreScale.ofHeadDimension(model.headDimension());
  }

  /** Why a machine cannot compute the attention of a model; empty when it can. */
  static Optional<String> refusal(
      Configuration configuration, LlamaShape model, AttentionPattern pattern, long budget) {
    if (configuration.attention().isEmpty()) {
      return Optional.of(
          "configuration %s has no attention engine".formatted(configuration.name()));
    }
    AttentionShape engine = configuration.attention().get();
    int dimension = Math.min(engine.keyDimension(), engine.valueDimension());
    if (model.headDimension() > dimension) {
      return Optional.of(
          "the model's heads have %d elements, those of configuration %s at most %d"
              .formatted(model.headDimension(), configuration.name(), dimension));
    }
    if (group(model) > engine.rows()) {
      return Optional.of(
          "%d query heads share keys, configuration %s takes at most %d rows"
              .formatted(group(model), configuration.name(), engine.rows()));
    }
    long bytes = cardForm(engine, model, pattern, configuration.maxTokens()).bytes();
    return bytes > budget
        ? Optional.of(
            "the keys and values of a sequence take %,d bytes, but card memory has %,d left"
                .formatted(bytes, budget))
        : Optional.empty();
  }

  /** Bytes of card memory that a sequence and its queries take where there is an engine. */
  static long memoryBytes(Configuration configuration, LlamaShape model, AttentionPattern pattern) {
    if (refusal(configuration, model, pattern, Long.MAX_VALUE).isPresent()) {
      return 0;
    }
    int chunk = configuration.maxTokens();
    return cardForm(configuration.attention().orElseThrow(), model, pattern, chunk).bytes()
        + workBytes(configuration, model);
  }

  /** Bytes for queries, outputs and head table, twice for they grow by being moved. */
  static long workBytes(Configuration configuration, LlamaShape model) {
    long row = (long) lines(model) * GoldenHead.LINE * (Byte.BYTES + Float.BYTES) + 1;
    long rows = (long) model.heads() * configuration.maxTokens() * row;
    return 2 * (rows + (long) model.kvHeads() * (HeadEntry.BYTES + GoldenHead.LINE) + WORK_BYTES);
  }

  private static CardCache.Form cardForm(
      AttentionShape engine, LlamaShape model, AttentionPattern pattern, int chunk) {
    int longest = pattern.seen(LlamaRuntime.contextLength(model, pattern) - 1);
    int slots =
        longest <= engine.longestRow()
            ? CacheForm.slots(model, pattern, chunk)
            : engine.longestRow();
    return new CardCache.Form(model.layers(), model.kvHeads(), lines(model), slots);
  }

  private static int lines(LlamaShape model) {
    return (model.headDimension() + GoldenHead.LINE - 1) / GoldenHead.LINE;
  }

  private static int group(LlamaShape model) {
    return model.heads() / model.kvHeads();
  }

  /** Why the token at {@code position} sees too many keys; empty when it does not. */
  Optional<String> refusal(int position) {
    return form.pattern().seen(position) <= engine.longestRow()
        ? Optional.empty()
        : Optional.of(
            "tokens that see more than %d keys, the most that configuration %s takes"
                .formatted(engine.longestRow(), device.configuration().name()));
  }

  @Override
  public float[][] rows(Sequence sequence, int layer, int position, float[][] queries) {
    CardCache keys = resident(sequence);
    LayerCache cache = sequence.layer(layer);
    float[][] outputs = new float[queries.length][model.queryWidth()];
    int tokens;
    for (int from = 0; from < queries.length; from += tokens) {
      int at = position + from;
      tokens = Math.min(queries.length - from, together(at));
      cache.turn(at + tokens - 1);
      keys.write(layer, cache, form.pattern().first());
      List<HeadQueries> heads = new ArrayList<>();
      for (int head = 0; head < model.kvHeads(); head++) {
        HeadEntry entry = keys.entry(layer, head);
        select(entry, cache, at, tokens);
        heads.add(queries(entry, head, at, queries, from, tokens));
      }
      List<float[][]> rows = device.attend(heads);
      for (int head = 0; head < model.kvHeads(); head++) {
        gather(rows.get(head), head, outputs, from, tokens);
      }
    }
    return outputs;
  }

  /** How many tokens from a position on one head table can take: they share their keys. */
  private int together(int position) {
    if (position > form.lastUnturned()) {
      return 1;
    }
    int tokens = Math.min(engine.rows() / group(model), form.lastUnturned() - position + 1);
    return Math.min(tokens, engine.keys() - form.pattern().seen(position) + 1);
  }

  /** Says which keys the rows of some tokens see. */
  private void select(HeadEntry entry, LayerCache cache, int position, int tokens) {
    AttentionPattern pattern = form.pattern();
    int end = cache.slot(position + tokens - 1) + 1;
    int gap = end <= pattern.first() ? 0 : cache.slot(pattern.low(position)) - pattern.first();
    int keys = end - gap;
    entry
        .with(HeadEntry.KEYS, keys)
        .with(HeadEntry.FIRST, Math.min(pattern.first(), Math.min(keys, engine.keys() - 1)))
        .with(HeadEntry.GAP, gap)
        .with(HeadEntry.POSITION, cache.slot(position))
        .with(HeadEntry.WINDOW, Math.min(pattern.window(), engine.keys()))
        .with(HeadEntry.GROUP, group(model))
        .with(HeadEntry.MULTIPLIER, scale.multiplier())
        .with(HeadEntry.EXPONENT, scale.exponent());
  }

  private HeadQueries queries(
      HeadEntry entry, int kvHead, int position, float[][] queries, int from, int tokens) {
    List<KvVector> rows = new ArrayList<>();
    long pairs = 0;
    for (int i = 0; i < tokens; i++) {
      for (int member = 0; member < group(model); member++) {
        int at = (kvHead * group(model) + member) * model.headDimension();
        rows.add(KvVector.quantise(queries[from + i], at, at + model.headDimension()));
        pairs += form.pattern().seen(position + i);
      }
    }
    return new HeadQueries(entry, rows, pairs);
  }

  private void gather(float[][] rows, int kvHead, float[][] outputs, int from, int tokens) {
    int dimension = model.headDimension();
    for (int i = 0; i < tokens; i++) {
      for (int member = 0; member < group(model); member++) {
        int head = kvHead * group(model) + member;
        float[] row = rows[i * group(model) + member];
        System.arraycopy(row, 0, outputs[from + i], head * dimension, dimension);
      }
    }
  }

  /** The card memory of a sequence, which is now the one used last. */
  private CardCache resident(Sequence sequence) {
    resident.remove(sequence);
    if (sequence.card() == null) {
      while (!resident.isEmpty() && (resident.size() + 1) * card.bytes() > budget) {
        resident.remove().releaseCard();
      }
      sequence.takeCard(new CardCache(device, card), resident::remove);
    }
    resident.add(sequence);
    return sequence.card();
  }
}

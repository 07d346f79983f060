package dev.heddle.host.runtime;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.HeadOutputs;
import dev.heddle.host.device.HeadQueries;
import dev.heddle.host.device.NewRows;
import dev.heddle.host.model.LlamaShape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
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
 * <p>Where queries choose blocks the router of the machine does it, if there is one that can, and
 * keeps summaries of complete blocks in card memory; otherwise this does.
 *
 * <p>Card memory holds copies of caches on the host, of as many sequences as there is room for; one
 * that had to make way is written again when its sequence is read on.
 */
final class DeviceAttention implements Attention {
  private final AttentionPlan plan;
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
   * @throws IllegalArgumentException when the plan has a refusal
   */
  DeviceAttention(Device device, LlamaShape model, CacheForm form, long budget) {
    plan = new AttentionPlan(device.configuration(), model, form.pattern());
    plan.refusal(budget)
        .ifPresent(
            refusal -> {
              throw new IllegalArgumentException(refusal);
            });
    this.device = device;
    this.model = model;
    this.form = form;
    this.budget = budget;
    engine = device.configuration().attention().orElseThrow();
    card = plan.cardForm();
    scale = ScoreScale.ofHeadDimension(model.headDimension());
  }

  /** Why the token at {@code position} sees too many keys; empty when it does not. */
  Optional<String> refusal(int position) {
    return form.pattern().seen(position) <= engine.longestRow()
        ? Optional.empty()
        : Optional.of(plan.tooLong());
  }

  /** Why a tree that ends with the token of a number cannot be taken; empty when it can. */
  Optional<String> refusalOfTree(int tokens) {
    return engine.masks()
        ? refusal(tokens - 1)
        : Optional.of(
            "trees need masks, and configuration %s takes no masks; use --attention-masks true"
                .formatted(device.configuration().name()));
  }

  @Override
  public float[][] rows(Sequence sequence, int layer, int position, float[][] queries) {
    CardCache keys = resident(sequence);
    LayerCache cache = sequence.layer(layer);
    float[][] outputs = new float[queries.length][model.queryWidth()];
    for (int from = position; from < position + queries.length; ) {
      List<Span> spans = together(from, position + queries.length);
      int end = spans.get(spans.size() - 1).to;
      cache.turn(end - 1);
      List<NewRows> fresh = keys.write(layer, cache, form.pattern().first());
      int blocks = card.router().isPresent() ? cache.length() / card.page() : 0;
      List<SummaryEntry> summaries = keys.summaries(layer, cache.summarised(), blocks);
      List<HeadQueries> heads = new ArrayList<>();
      for (Span span : spans) {
        float[][] ofSpan = Arrays.copyOfRange(queries, span.from - position, span.to - position);
        for (int head = 0; head < model.kvHeads(); head++) {
          heads.add(queries(keys, layer, cache, head, span.from, ofSpan));
        }
      }
      Iterator<HeadOutputs> results = device.attend(heads, summaries, fresh).iterator();
      cache.setWritten();
      cache.setSummarised(blocks);
      for (Span span : spans) {
        for (int head = 0; head < model.kvHeads(); head++) {
          HeadOutputs result = results.next();
          if (chooses(span.from)) {
            cache.setBlocks(head, keys.pages(result.pages()));
          }
          gather(result.rows(), head, outputs, span.from - position, span.to - span.from);
        }
      }
      from = end;
    }
    return outputs;
  }

  /** Tokens that share the entries of a head table, one for each KV head. */
  private record Span(int from, int to) {}

  /**
   * The tokens from {@code from} on that one head table takes, up to {@code end} at most. Those of
   * a tile share their keys; where a token chooses, so does the first of each other span.
   */
  private List<Span> together(int from, int end) {
    if (form.pattern().routing().isEmpty()) {
      return List.of(new Span(from, Math.min(end, from + unrouted(from))));
    }
    int tile = form.pattern().routing().get().tile();
    int most = engine.rows() / model.group();
    int last = Math.min(end, from + device.configuration().maxTokens());
    List<Span> spans = new ArrayList<>();
    int to = from;
    do {
      int start = to;
      to = Math.min(last, Math.min((start / tile + 1) * tile, start + most));
      spans.add(new Span(start, to));
    } while (to < last && from % tile == 0 && to % tile == 0);
    return spans;
  }

  /** Whether the machine chooses blocks for the token at {@code position}. */
  private boolean chooses(int position) {
    return card.router().isPresent()
        && form.pattern().routing().filter(blocks -> blocks.chooses(position)).isPresent();
  }

  @Override
  public float[][] rows(Sequence sequence, int layer, TokenTree tree, int from, float[][] queries) {
    CardCache keys = resident(sequence);
    LayerCache cache = sequence.layer(layer);
    List<NewRows> fresh = keys.write(layer, cache, 0);
    int text = sequence.length();
    float[][] outputs = new float[queries.length][model.queryWidth()];
    int most = engine.rows() / model.group();
    for (int start = 0; start < queries.length; start += most) {
      int count = Math.min(most, queries.length - start);
      List<Long> masks = new ArrayList<>();
      long pairs = 0;
      for (int node = from + start; node < from + start + count; node++) {
        masks.addAll(Collections.nCopies(model.group(), tree.seen(node)));
        pairs += (long) model.group() * (text + tree.path(node).size());
      }
      List<HeadQueries> heads = new ArrayList<>();
      for (int head = 0; head < model.kvHeads(); head++) {
        List<KvVector> rows = rows(head, Arrays.copyOfRange(queries, start, start + count));
        HeadEntry entry =
            scaled(keys.entry(layer, head))
                .with(HeadEntry.KEYS, text + from + start + count)
                .with(HeadEntry.FIRST, text);
        heads.add(new HeadQueries(entry, rows, pairs).masked(masks));
      }
      List<HeadOutputs> results = device.attend(heads, List.of(), start == 0 ? fresh : List.of());
      cache.setWritten();
      for (int head = 0; head < model.kvHeads(); head++) {
        gather(results.get(head).rows(), head, outputs, start, count);
      }
    }
    return outputs;
  }

  /** The entry of some tokens that share their keys, of one KV head. */
  private HeadQueries queries(
      CardCache keys, int layer, LayerCache cache, int kvHead, int position, float[][] queries) {
    List<KvVector> rows = rows(kvHead, queries);
    HeadEntry entry = keys.entry(layer, kvHead);
    List<Integer> pages = select(entry, cache, kvHead, position, queries.length, rows);
    HeadQueries head = new HeadQueries(entry, rows, pairs(position, queries.length));
    return chooses(position)
        ? head.routed(route(keys, layer, kvHead, position))
        : head.inPages(keys.places(pages));
  }

  /** The query rows of some tokens that share a KV head, those of a token side by side. */
  private List<KvVector> rows(int kvHead, float[][] queries) {
    List<KvVector> rows = new ArrayList<>();
    for (float[] token : queries) {
      rows.addAll(Attention.group(model, kvHead, token));
    }
    return rows;
  }

  /** How the machine chooses the blocks of a token. */
  private RouteEntry route(CardCache keys, int layer, int head, int position) {
    BlockRouting routing = form.pattern().routing().orElseThrow();
    return keys.route(layer, head, position / routing.size())
        .with(RouteEntry.COUNT, routing.count());
  }

  /** How many tokens from a position on one head table takes where none chooses blocks. */
  private int unrouted(int position) {
    if (position > form.lastUnturned()) {
      return 1;
    }
    int tokens = Math.min(engine.rows() / model.group(), form.lastUnturned() - position + 1);
    return Math.min(tokens, engine.keys() - form.pattern().seen(position) + 1);
  }

  /**
   * Says which keys the rows of some tokens see.
   *
   * @return the pages that are loaded; empty where keys lie side by side or the machine chooses
   */
  private List<Integer> select(
      HeadEntry entry, LayerCache cache, int head, int position, int tokens, List<KvVector> rows) {
    AttentionPattern pattern = form.pattern();
    scaled(entry);
    if (pattern.routing().isPresent()) {
      // The blocks are complete but for the last, in which the rows stand.
      entry
          .with(HeadEntry.KEYS, pattern.seen(position + tokens - 1))
          .with(HeadEntry.POSITION, pattern.seen(position) - 1)
          .with(HeadEntry.WINDOW, engine.keys())
          .with(HeadEntry.PAGE_SIZE, pattern.routing().get().size());
      return chooses(position)
          ? List.of()
          : cache.blocks(head, position, rows.subList(0, model.group()));
    }
    int end = cache.slot(position + tokens - 1) + 1;
    int gap = end <= pattern.first() ? 0 : cache.slot(pattern.low(position)) - pattern.first();
    int keys = end - gap;
    entry
        .with(HeadEntry.KEYS, keys)
        .with(HeadEntry.FIRST, Math.min(pattern.first(), Math.min(keys, engine.keys() - 1)))
        .with(HeadEntry.GAP, gap)
        .with(HeadEntry.POSITION, cache.slot(position))
        .with(HeadEntry.WINDOW, Math.min(pattern.window(), engine.keys()));
    return List.of();
  }

  private HeadEntry scaled(HeadEntry entry) {
    return entry
        .with(HeadEntry.GROUP, model.group())
        .with(HeadEntry.MULTIPLIER, scale.multiplier())
        .with(HeadEntry.EXPONENT, scale.exponent());
  }

  /** How many keys the rows of some tokens see together. */
  private long pairs(int position, int tokens) {
    long pairs = 0;
    for (int i = 0; i < tokens; i++) {
      pairs += (long) model.group() * form.pattern().seen(position + i);
    }
    return pairs;
  }

  private void gather(float[][] rows, int kvHead, float[][] outputs, int from, int tokens) {
    int dimension = model.headDimension();
    for (int i = 0; i < tokens; i++) {
      for (int member = 0; member < model.group(); member++) {
        int head = kvHead * model.group() + member;
        float[] row = rows[i * model.group() + member];
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

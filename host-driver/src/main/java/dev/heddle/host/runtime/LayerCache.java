package dev.heddle.host.runtime;

import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.KeySummary;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.Rope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The keys and values of a layer that tokens to come can see. Each KV head has them in slots of the
 * same numbers:
 *
 * <pre>
 *   slot    0 .. first-1        first .. length-1
 *   token   0 .. first-1        first + dropped ..
 * </pre>
 *
 * Where a pattern has a window, the tokens that have left it are dropped when all slots are taken,
 * and those behind them move up. The keys of the first tokens are kept unrotated as well, so that
 * {@link #turn} can give them another position ({@link AttentionPattern}).
 */
final class LayerCache {
  /**
   * Keys and values of a KV head, by slot, the unrotated keys of the first tokens, what is kept of
   * complete blocks of keys, and the blocks that each tile has chosen, where tokens share a choice.
   */
  private record Head(
      List<KvVector> keys,
      List<KvVector> values,
      List<float[]> unrotated,
      List<KeySummary> summaries,
      List<int[]> choices) {
    Head() {
      this(
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }
  }

  /** The rotated keys and the values of a token, all heads, as they were before they were codes. */
  private record Numbers(float[] keys, float[] values) {}

  /** The keys and values that a token sees, in the order of the tokens. */
  record Seen(List<KvVector> keys, List<KvVector> values) {}

  private final CacheForm form;
  private final List<Head> heads = new ArrayList<>();
  private final List<Integer> turnedTo = new ArrayList<>();
  private final List<Numbers> fresh = new ArrayList<>();
  private int dropped;
  private int written;
  private int summarised;
  private boolean firstWritten = true;

  /** An empty cache. */
  LayerCache(CacheForm form) {
    this.form = form;
    for (int head = 0; head < form.kvHeads(); head++) {
      heads.add(new Head());
    }
  }

  /** Slots that are taken. */
  int length() {
    return heads.get(0).keys().size();
  }

  /** The slot of a token that has not been dropped. */
  int slot(int position) {
    return position < form.pattern().first() ? position : position - dropped;
  }

  /** Forgets the tokens from {@code position} on. */
  void truncate(int position) {
    int end = Math.min(slot(position), length());
    for (Head head : heads) {
      cut(head.keys(), end);
      cut(head.values(), end);
      cut(head.unrotated(), end);
      form.pattern()
          .routing()
          .ifPresent(
              blocks -> {
                cut(head.summaries(), end / blocks.size());
                cut(head.choices(), (end + blocks.tile() - 1) / blocks.tile());
              });
    }
    cut(turnedTo, end);
    fresh.clear();
    written = Math.min(written, end);
    form.pattern()
        .routing()
        .ifPresent(blocks -> summarised = Math.min(summarised, end / blocks.size()));
  }

  private static void cut(List<?> list, int end) {
    list.subList(Math.min(end, list.size()), list.size()).clear();
  }

  /** Makes room for tokens from {@code position} on, which must be the next. */
  void reserve(int position, int tokens) {
    fresh.clear();
    int first = form.pattern().first();
    int unseen = slot(form.pattern().low(position)) - first;
    if (length() + tokens <= form.slots() || unseen <= 0) {
      return;
    }
    for (Head head : heads) {
      head.keys().subList(first, first + unseen).clear();
      head.values().subList(first, first + unseen).clear();
    }
    dropped += unseen;
    written = Math.min(written, first);
  }

  /**
   * Appends a token.
   *
   * @param position of the token, that behind the last
   * @param keys the keys of all heads, unrotated; rotated on return, then left alone
   * @param values the values of all heads, left alone
   */
  void append(int position, Rope.Angles angles, float[] keys, float[] values) {
    boolean turns = position < form.pattern().first();
    for (int i = 0; i < heads.size(); i++) {
      Head head = heads.get(i);
      int from = i * form.headDimension();
      int to = from + form.headDimension();
      if (turns) {
        head.unrotated().add(Arrays.copyOfRange(keys, from, to));
      }
      angles.rotate(keys, from);
      head.keys().add(KvVector.quantise(keys, from, to));
      head.values().add(KvVector.quantise(values, from, to));
    }
    fresh.add(new Numbers(keys, values));
    if (turns) {
      turnedTo.add(position);
    }
  }

  /** Turns the keys of the first tokens for a query at {@code position}. */
  void turn(int position) {
    Rope.Angles limit = null;
    for (int slot = 0; slot < turnedTo.size(); slot++) {
      int place = Math.max(slot, position - form.ceiling());
      if (turnedTo.get(slot) == place) {
        continue;
      }
      boolean shared = place == position - form.ceiling();
      Rope.Angles angles = shared && limit != null ? limit : form.rope().at(place);
      limit = shared ? angles : limit;
      for (Head head : heads) {
        float[] key = head.unrotated().get(slot).clone();
        angles.rotate(key, 0);
        head.keys().set(slot, KvVector.quantise(key, 0, key.length));
      }
      turnedTo.set(slot, place);
      firstWritten = false;
      if (slot >= freshFrom()) {
        fresh.clear();
      }
    }
  }

  /** The keys of a head, by slot. */
  List<KvVector> keys(int head) {
    return heads.get(head).keys();
  }

  /** The values of a head, by slot. */
  List<KvVector> values(int head) {
    return heads.get(head).values();
  }

  /**
   * The keys and values of a KV head that the token at {@code position} sees.
   *
   * @param queries those of the query heads that share the KV head
   */
  Seen seen(int head, int position, List<KvVector> queries) {
    if (form.pattern().routing().isEmpty()) {
      return new Seen(seen(keys(head), position), seen(values(head), position));
    }
    List<Integer> blocks = blocks(head, position, queries);
    return new Seen(
        ofBlocks(keys(head), blocks, position), ofBlocks(values(head), blocks, position));
  }

  /** The keys and values of a KV head that a node sees: those of the text and of its path. */
  Seen seenOnPath(int head, int text, List<Integer> path) {
    return new Seen(ofPath(keys(head), text, path), ofPath(values(head), text, path));
  }

  private static List<KvVector> ofPath(List<KvVector> slots, int text, List<Integer> path) {
    List<KvVector> seen = new ArrayList<>(slots.subList(0, text));
    path.forEach(node -> seen.add(slots.get(text + node)));
    return seen;
  }

  /** Makes the nodes of a path, whose tree stands behind {@code text} tokens, the next tokens. */
  void commit(int text, List<Integer> path) {
    for (Head head : heads) {
      for (List<KvVector> slots : List.of(head.keys(), head.values())) {
        List<KvVector> kept = path.stream().map(node -> slots.get(text + node)).toList();
        cut(slots, text);
        slots.addAll(kept);
      }
    }
    fresh.clear();
    written = Math.min(written, text);
  }

  /**
   * The blocks that the token at {@code position} sees, where a pattern has them: those that its
   * queries choose, or those of the token that chooses for it.
   */
  List<Integer> blocks(int head, int position, List<KvVector> queries) {
    BlockRouting routing = form.pattern().routing().orElseThrow();
    if (!routing.chooses(position)) {
      int[] choice = heads.get(head).choices().get(position / routing.tile());
      return Arrays.stream(choice).boxed().toList();
    }
    List<KeySummary> summaries = heads.get(head).summaries();
    routing.summarise(keys(head), summaries);
    List<Integer> blocks = routing.blocks(position, queries, summaries);
    setBlocks(head, blocks);
    return blocks;
  }

  /** Says which blocks the next tile sees, where the tokens of a tile share a choice. */
  void setBlocks(int head, List<Integer> blocks) {
    if (form.pattern().routing().orElseThrow().tile() > 1) {
      heads.get(head).choices().add(blocks.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  private List<KvVector> ofBlocks(List<KvVector> slots, List<Integer> blocks, int position) {
    int size = form.pattern().routing().orElseThrow().size();
    List<KvVector> seen = new ArrayList<>();
    for (int block : blocks) {
      seen.addAll(slots.subList(block * size, Math.min((block + 1) * size, position + 1)));
    }
    return seen;
  }

  /** The vectors of those slots that the token at {@code position} sees. */
  private List<KvVector> seen(List<KvVector> slots, int position) {
    int first = form.pattern().first();
    int low = slot(form.pattern().low(position));
    int end = slot(position) + 1;
    if (low == first || end <= first) {
      return slots.subList(0, end);
    }
    List<KvVector> seen = new ArrayList<>(slots.subList(0, first));
    seen.addAll(slots.subList(low, end));
    return seen;
  }

  /**
   * The first of the last slots whose numbers are still known, those of tokens that were appended
   * since room was made and that card memory does not have.
   */
  int freshFrom() {
    return length() - fresh.size();
  }

  /** The numbers that the keys of some fresh slots of a head were quantised from. */
  List<float[]> freshKeys(int head, int from, int to) {
    return fresh(from, to).stream().map(numbers -> ofHead(numbers.keys(), head)).toList();
  }

  /** The numbers that the values of some fresh slots of a head were quantised from. */
  List<float[]> freshValues(int head, int from, int to) {
    return fresh(from, to).stream().map(numbers -> ofHead(numbers.values(), head)).toList();
  }

  private List<Numbers> fresh(int from, int to) {
    return fresh.subList(from - freshFrom(), to - freshFrom());
  }

  private float[] ofHead(float[] numbers, int head) {
    int from = head * form.headDimension();
    return Arrays.copyOfRange(numbers, from, from + form.headDimension());
  }

  /** Slots from 0 on that are in card memory as they are here, but for the first tokens. */
  int written() {
    return written;
  }

  /** Whether the keys of the first tokens are in card memory as they are here. */
  boolean firstWritten() {
    return firstWritten;
  }

  /** Says that card memory has everything. */
  void setWritten() {
    written = length();
    firstWritten = true;
    fresh.clear();
  }

  /** Blocks from 0 on whose summaries are in card memory. */
  int summarised() {
    return summarised;
  }

  /** Says that card memory has the summaries of the first {@code blocks} blocks. */
  void setSummarised(int blocks) {
    summarised = blocks;
  }

  /** Says that card memory has nothing. */
  void forgetWritten() {
    written = 0;
    summarised = 0;
    firstWritten = true;
  }
}

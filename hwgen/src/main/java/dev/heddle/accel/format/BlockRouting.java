package dev.heddle.accel.format;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Which blocks of keys the queries of a token see, chosen by the queries themselves: the block of
 * the token, causally, and of the blocks before it those with the largest gates.
 *
 * <pre>
 *   block      0        1        2        3
 *   keys    0 .. 15  16 .. 31 32 .. 47 48 .. 63      size 16, count 3, token 52
 *   gate       4        9        7     its own
 *   seen                x        x     48 .. 52
 * </pre>
 *
 * The blocks before that of a token are complete, so a summary of a part of a block never counts.
 * Query heads that share keys share the choice: their queries are added exactly, as integers, and a
 * gate is rounded once, to fp32 ({@link QueryGroup}). Of equal gates, which both zeros are, the one
 * of the lower block is larger. With a count of 1 a token sees its own block alone; with as many as
 * there are blocks it sees all tokens before it.
 *
 * <p>The tokens of a tile share a choice, that of the queries of its first token. So the rows of a
 * tile can read their keys together, the choice is made once for each tile, and no token depends on
 * one behind it: a text that is read in chunks gives what it gives token by token.
 *
 * @param router what gates are computed from
 * @param size tokens of a block, a power of two
 * @param count most blocks that a token sees, its own included
 * @param tile tokens that share a choice, a power of two up to {@code size}; 1 where each chooses
 */
public record BlockRouting(Router router, int size, int count, int tile) {
  /** What gates are computed from. */
  public enum Router {
    /** The mean of the keys. */
    MOBA(KeyCentroid::new, KeyCentroid::new),
    /** The least and the greatest of each element. */
    QUEST(KeyBounds::new, KeyBounds::new);

    /** Makes a summary of its bytes and its exponent. */
    private interface Restoration {
      KeySummary of(byte[] low, byte[] high, int exponent);
    }

    private final Function<List<KvVector>, KeySummary> summary;
    private final Restoration restoration;

    Router(Function<List<KvVector>, KeySummary> summary, Restoration restoration) {
      this.summary = summary;
      this.restoration = restoration;
    }

    /** The summary of the keys of a complete block. */
    public KeySummary summary(List<KvVector> keys) {
      return summary.apply(keys);
    }

    /** The summary with given bytes and exponent. */
    public KeySummary summary(byte[] low, byte[] high, int exponent) {
      return restoration.of(low.clone(), high.clone(), exponent);
    }

    /** The name as users write it, {@code moba} or {@code quest}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public BlockRouting {
    if (size < 1 || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException(
          "blocks of %d tokens; the tokens of a block are a power of two, such as %d"
              .formatted(size, Math.max(1, Integer.highestOneBit(size))));
    }
    if (count < 1) {
      throw new IllegalArgumentException(
          "%d blocks; a token sees at least 1, its own".formatted(count));
    }
    if ((long) size * count > GoldenAttention.MAX_KEYS) {
      throw new IllegalArgumentException(
          "%d blocks of %d tokens; a token can see at most %d tokens"
              .formatted(count, size, GoldenAttention.MAX_KEYS));
    }
    if (Integer.bitCount(tile) != 1 || tile < 1 || tile > size) {
      throw new IllegalArgumentException(
          "tiles of %d tokens; the tokens of a tile are a power of two up to those of a block, %d"
              .formatted(tile, size));
    }
  }

  /** A choice by each token. */
  public BlockRouting(Router router, int size, int count) {
    this(router, size, count, 1);
  }

  /** Whether the token at {@code position} chooses, and not one before it. */
  public boolean chooses(int position) {
    return position % tile == 0;
  }

  /** Adds the summaries of those complete blocks of {@code keys} that are not yet there. */
  public void summarise(List<KvVector> keys, List<KeySummary> summaries) {
    for (int block = summaries.size(); block < keys.size() / size; block++) {
      summaries.add(router.summary(keys.subList(block * size, (block + 1) * size)));
    }
  }

  /**
   * The blocks that some queries of the token at {@code position} see, in ascending order; the last
   * is the token's own.
   *
   * @param queries of one token, those of the heads that share the keys
   * @param summaries of the complete blocks from 0 on, at least of those before the token's
   */
  public List<Integer> blocks(
      int position, List<KvVector> queries, List<? extends KeySummary> summaries) {
    QueryGroup group = new QueryGroup(queries);
    float[] gates = new float[position / size];
    for (int block = 0; block < gates.length; block++) {
      gates[block] = summaries.get(block).gate(group);
    }
    return largest(gates, count);
  }

  /**
   * The blocks that a token sees, in ascending order: its own, which is the last, and of the blocks
   * before it those with the largest gates.
   *
   * @param gates of the blocks before the token's
   * @param count most blocks
   */
  public static List<Integer> largest(float[] gates, int count) {
    // The sort is stable, so that of equal gates the lower block comes first; the subtraction makes
    // one zero of two, which the comparison would tell apart.
    List<Integer> seen =
        new ArrayList<>(
            IntStream.range(0, gates.length)
                .boxed()
                .sorted(Comparator.comparing(block -> 0f - gates[block]))
                .limit(count - 1)
                .sorted()
                .toList());
    seen.add(gates.length);
    return seen;
  }

  /** How many tokens the one at {@code position} sees. */
  public int seen(int position) {
    return Math.min(position / size, count - 1) * size + position % size + 1;
  }

  /** Most tokens that one of the first {@code tokens} sees. */
  public int mostSeen(int tokens) {
    return Math.min(tokens, size * count);
  }

  /** The text that users write: the router, the size, the count and, unless it is 1, the tile. */
  @Override
  public String toString() {
    String each = "%s=%d,%d".formatted(router, size, count);
    return tile == 1 ? each : "%s,%d".formatted(each, tile);
  }
}

package dev.heddle.accel.mask;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Makes masks of a wanted sparsity and shape of pattern, the same ones for the same arguments.
 *
 * <p>A head keeps {@code round((1 - sparsity) * queries * keys)} pairs, or one for each row where
 * that is more. Every row keeps one pair at least. Where the pattern leaves pairs to keep, they lie
 * anywhere.
 *
 * @param kind the pattern
 * @param sparsity share of the pairs that is pruned, at least 0 and below 1
 * @param seed chooses the mask
 */
public record MaskGenerator(Kind kind, double sparsity, long seed) {
  /** Share of a head's pairs that a pattern places, at most; the others lie anywhere. */
  private static final double PATTERN_SHARE = 0.7;

  /** What the pairs that are kept look like. */
  public enum Kind {
    /** Anywhere. */
    RANDOM,
    /** A band about the diagonal, and pairs anywhere. */
    BAND,
    /** A few keys that every query attends to, and pairs anywhere. */
    GLOBAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A generator.
   *
   * @throws IllegalArgumentException when the sparsity is out of range
   */
  public MaskGenerator {
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw new IllegalArgumentException(
          "sparsity is " + sparsity + " but must be at least 0 and below 1");
    }
  }

  /**
   * The mask of one layer.
   *
   * @throws IllegalArgumentException when there is no head, query or key
   */
  public AttentionMask generate(int heads, int queries, int keys) {
    boolean[][][] kept = new boolean[Math.max(heads, 0)][Math.max(queries, 0)][Math.max(keys, 0)];
    if (heads > 0 && queries > 0 && keys > 0) {
      Random random = new Random(seed);
      for (boolean[][] head : kept) {
        new Head(head, random).fill();
      }
    }
    return AttentionMask.of(kept);
  }

  /** One head while it is made. */
  private final class Head {
    private final boolean[][] kept;
    private final Random random;
    private final int queries;
    private final int keys;
    private int left;

    Head(boolean[][] kept, Random random) {
      this.kept = kept;
      this.random = random;
      this.queries = kept.length;
      this.keys = kept[0].length;
      long wanted = Math.round((1 - sparsity) * queries * keys);
      this.left = Math.toIntExact(Math.max(wanted, queries));
    }

    void fill() {
      int scattered = (int) Math.round((1 - PATTERN_SHARE) * left);
      switch (kind) {
        case RANDOM -> {}
        case BAND -> band(scattered);
        case GLOBAL -> columns(scattered);
      }
      for (int query = 0; query < queries; query++) {
        if (isEmpty(kept[query])) {
          keep(query, random.nextInt(keys));
        }
      }
      scatter();
    }

    private void keep(int query, int key) {
      if (!kept[query][key]) {
        kept[query][key] = true;
        left--;
      }
    }

    /** Widens a band about the diagonal by one key at a time while it fits. */
    private void band(int scattered) {
      for (int width = 0; width < 2 * keys && left - queries >= scattered; width++) {
        int offset = (width % 2 == 0 ? 1 : -1) * ((width + 1) / 2);
        for (int query = 0; query < queries; query++) {
          int key = (int) ((long) query * keys / queries) + offset;
          if (key >= 0 && key < keys) {
            keep(query, key);
          }
        }
      }
    }

    /** Keeps whole columns while they fit. */
    private void columns(int scattered) {
      int[] order = shuffled(keys, keys);
      for (int i = 0; i < keys && left - queries >= scattered; i++) {
        for (int query = 0; query < queries; query++) {
          keep(query, order[i]);
        }
      }
    }

    private void scatter() {
      int[] places = new int[Math.multiplyExact(queries, keys)];
      int pruned = 0;
      for (int place = 0; place < places.length; place++) {
        if (!kept[place / keys][place % keys]) {
          places[pruned++] = place;
        }
      }
      for (int index : shuffled(pruned, left)) {
        keep(places[index] / keys, places[index] % keys);
      }
    }

    /** The first {@code count} of the numbers below {@code bound} in a random order. */
    private int[] shuffled(int bound, int count) {
      int[] numbers = new int[bound];
      Arrays.setAll(numbers, i -> i);
      for (int i = 0; i < count; i++) {
        int other = i + random.nextInt(bound - i);
        int number = numbers[other];
        numbers[other] = numbers[i];
        numbers[i] = number;
      }
      return Arrays.copyOf(numbers, count);
    }

    private boolean isEmpty(boolean[] row) {
      for (boolean pair : row) {
        if (pair) {
          return false;
        }
      }
      return true;
    }
  }
}

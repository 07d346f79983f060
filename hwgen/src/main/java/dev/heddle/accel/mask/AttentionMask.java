package dev.heddle.accel.mask;

import java.util.Arrays;

/**
 * The pairs of query and key that the attention of one layer keeps: a set of sparse rows.
 *
 * <p>The heads of a layer lie one after the other, in rows as in keys, so that a row reaches only
 * keys of its own head:
 *
 * <pre>
 *   row = head * queries + query          keys -&gt;  head 0   head 1   head 2
 *   key = head * keysPerHead + key       head 0  | x  x x |        |        |
 *                                        head 1  |        |  xx  x |        |
 *                                        head 2  |        |        | x    x |
 * </pre>
 *
 * A layer of DeiT-Tiny, 3 heads of 197 tokens, has 591 rows and 591 keys.
 */
public final class AttentionMask {
  private final int heads;
  private final int queries;
  private final int keysPerHead;
  private final int[] starts;
  private final int[] keyNumbers;
  private final int[] columnLengths;

  private AttentionMask(int heads, int queries, int keysPerHead, int[] starts, int[] keyNumbers) {
    this.heads = heads;
    this.queries = queries;
    this.keysPerHead = keysPerHead;
    this.starts = starts;
    this.keyNumbers = keyNumbers;
    this.columnLengths = new int[heads * keysPerHead];
    for (int key : keyNumbers) {
      columnLengths[key]++;
    }
  }

  /**
   * The mask of one layer.
   *
   * @param kept for [head][query][key], whether the pair takes part
   * @throws IllegalArgumentException when there is no head, query or key, or the heads or rows
   *     differ in size
   */
  public static AttentionMask of(boolean[][][] kept) {
    int heads = kept.length;
    int queries = heads == 0 ? 0 : kept[0].length;
    int keysPerHead = queries == 0 ? 0 : kept[0][0].length;
    requireSize(heads, queries, keysPerHead);
    int[] starts = new int[heads * queries + 1];
    int[] numbers = new int[1024];
    int count = 0;
    for (int head = 0; head < heads; head++) {
      requireEqual("head " + head, kept[head].length, queries, "queries");
      for (int query = 0; query < queries; query++) {
        boolean[] row = kept[head][query];
        requireEqual("row %d of head %d".formatted(query, head), row.length, keysPerHead, "keys");
        for (int key = 0; key < keysPerHead; key++) {
          if (row[key]) {
            if (count == numbers.length) {
              numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count++] = head * keysPerHead + key;
          }
        }
        starts[head * queries + query + 1] = count;
      }
    }
    return new AttentionMask(heads, queries, keysPerHead, starts, Arrays.copyOf(numbers, count));
  }

  private static void requireSize(int heads, int queries, int keysPerHead) {
    if (heads < 1 || queries < 1 || keysPerHead < 1) {
      throw new IllegalArgumentException(
          "a mask of %d heads, %d queries and %d keys; each must be at least 1"
              .formatted(heads, queries, keysPerHead));
    }
    if ((long) heads * queries >= Integer.MAX_VALUE
        || (long) heads * keysPerHead >= Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a mask of %d heads, %d queries and %d keys has more than 2^31 rows or keys"
              .formatted(heads, queries, keysPerHead));
    }
  }

  private static void requireEqual(String where, int size, int expected, String what) {
    if (size != expected) {
      throw new IllegalArgumentException(
          "%s has %d %s but the first has %d".formatted(where, size, what, expected));
    }
  }

  /** Number of heads. */
  public int heads() {
    return heads;
  }

  /** Number of queries of a head. */
  public int queries() {
    return queries;
  }

  /** Number of keys of a head. */
  public int keysPerHead() {
    return keysPerHead;
  }

  /** The heads {@code [from .. to)} alone. */
  public AttentionMask part(int from, int to) {
    int first = from * queries;
    int[] partStarts = new int[(to - from) * queries + 1];
    Arrays.setAll(partStarts, row -> starts[first + row] - starts[first]);
    int[] numbers = Arrays.copyOfRange(keyNumbers, starts[first], starts[to * queries]);
    Arrays.setAll(numbers, i -> numbers[i] - from * keysPerHead);
    return new AttentionMask(to - from, queries, keysPerHead, partStarts, numbers);
  }

  /** Number of rows: the queries of all heads. */
  public int rows() {
    return heads * queries;
  }

  /** Number of keys of all heads. */
  public int keys() {
    return heads * keysPerHead;
  }

  /** Number of pairs that are kept. */
  public int nonZeros() {
    return keyNumbers.length;
  }

  /** Number of pairs that dense attention computes, each head for itself. */
  public long pairs() {
    return (long) rows() * keysPerHead;
  }

  /** Share of the {@link #pairs} that is pruned. */
  public double sparsity() {
    return 1 - (double) nonZeros() / pairs();
  }

  /** The keys of a row, ascending. */
  public int[] keysOf(int row) {
    return Arrays.copyOfRange(keyNumbers, starts[row], starts[row + 1]);
  }

  /** Number of keys of a row. */
  public int rowLength(int row) {
    return starts[row + 1] - starts[row];
  }

  /** Number of rows that keep a key. */
  public int columnLength(int key) {
    return columnLengths[key];
  }

  /** Length of the longest row. */
  public int longestRow() {
    int longest = 0;
    for (int row = 0; row < rows(); row++) {
      longest = Math.max(longest, rowLength(row));
    }
    return longest;
  }

  /** The rows without any key, ascending: their output is zero. */
  public int[] emptyRows() {
    int[] empty = new int[rows()];
    int count = 0;
    for (int row = 0; row < rows(); row++) {
      if (rowLength(row) == 0) {
        empty[count++] = row;
      }
    }
    return Arrays.copyOf(empty, count);
  }

  /** Whether a row keeps a key. */
  public boolean contains(int row, int key) {
    return indexOf(row, key) >= 0;
  }

  /** Number of a kept pair in the order of rows and keys, negative for a pruned pair. */
  int indexOf(int row, int key) {
    return Arrays.binarySearch(keyNumbers, starts[row], starts[row + 1], key);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AttentionMask mask
        && heads == mask.heads
        && queries == mask.queries
        && keysPerHead == mask.keysPerHead
        && Arrays.equals(starts, mask.starts)
        && Arrays.equals(keyNumbers, mask.keyNumbers);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(starts) + Arrays.hashCode(keyNumbers);
  }

  @Override
  public String toString() {
    return "mask of %d heads x %d queries x %d keys, %d kept"
        .formatted(heads, queries, keysPerHead, nonZeros());
  }
}

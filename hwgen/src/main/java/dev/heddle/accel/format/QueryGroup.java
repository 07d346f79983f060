package dev.heddle.accel.format;

import java.util.List;

/**
 * The queries of the heads that share keys, for the choice of blocks one query: brought to the
 * largest of their exponents and added.
 *
 * <pre>
 *   E        = largest exponent of the queries
 *   q'       = floor(code * 2^8 / 2^(E - exponent)) of each query      16 bits
 *   negative = sum over the queries of min(q', 0)
 *   positive = sum over the queries of max(q', 0)                      in units of 2^(E - 8)
 * </pre>
 *
 * A sum of gates is linear in the queries, or in their negative and positive parts where a gate
 * takes one bound or the other by the sign of the query. So the gates of a group are those of one
 * vector, however many heads it has. The eight bits make it exact as long as exponents are no more
 * than 8 apart, and for one query.
 */
public final class QueryGroup {
  /** Bits behind those of the codes of the query with the largest exponent. */
  public static final int FRACTION_BITS = 8;

  /** Bits of a number of one query. */
  public static final int ELEMENT_BITS = 8 + FRACTION_BITS;

  private final int[] negative;
  private final int[] positive;
  private final int exponent;

  /**
   * The group of some queries.
   *
   * @param queries one or more, all of one length
   */
  public QueryGroup(List<KvVector> queries) {
    int largest = queries.stream().mapToInt(KvVector::exponent).max().orElseThrow();
    exponent = largest - FRACTION_BITS;
    negative = new int[queries.get(0).length()];
    positive = new int[negative.length];
    for (KvVector query : queries) {
      requireLength(query.length());
      for (int i = 0; i < negative.length; i++) {
        int aligned = aligned(query.code(i), largest - query.exponent());
        negative[i] += Math.min(aligned, 0);
        positive[i] += Math.max(aligned, 0);
      }
    }
  }

  /** A code in units of {@code 2^-8} of what it is shifted to: {@code floor(code * 2^8 / 2^s)}. */
  static int aligned(int code, int shift) {
    return (int) Rounding.floorShift(code, shift - FRACTION_BITS);
  }

  /** Number of elements, the head dimension. */
  public int length() {
    return negative.length;
  }

  /** The sum of what is below zero in a place, in units of {@code 2^exponent}. */
  public int negative(int element) {
    return negative[element];
  }

  /** The sum of what is above zero in a place, in units of {@code 2^exponent}. */
  public int positive(int element) {
    return positive[element];
  }

  /** The exponent of the sums. */
  public int exponent() {
    return exponent;
  }

  /** Demands queries as long as keys of {@code length} elements. */
  void requireLength(int length) {
    if (length != negative.length) {
      throw new IllegalArgumentException(
          "a query of %d elements for keys of %d".formatted(negative.length, length));
    }
  }
}

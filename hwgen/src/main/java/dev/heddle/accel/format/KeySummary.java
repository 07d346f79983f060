package dev.heddle.accel.format;

/**
 * What is kept of a block of keys so that a query can tell how much the block matters to it: two
 * bytes for each element and an exponent.
 */
public interface KeySummary {
  /**
   * The gate of queries that choose together: the larger, the more the block matters.
   *
   * @throws IllegalArgumentException when the queries are not as long as the keys
   */
  float gate(QueryGroup queries);

  /** Number of elements, that of the keys. */
  int length();

  /** The first byte of an element: the low byte of a mean, or a lower bound. */
  byte low(int element);

  /** The second byte of an element: the high byte of a mean, or an upper bound. */
  byte high(int element);

  /** The largest exponent of the keys. */
  int exponent();
}

package dev.heddle.accel.format;

/** What is kept of a block of keys so that a query can tell how much the block matters to it. */
public interface KeySummary {
  /**
   * The gate of a query: the larger, the more the block matters.
   *
   * @throws IllegalArgumentException when the query is not as long as the keys
   */
  float gate(KvVector query);
}

package dev.heddle.host.device;

/** What the matrix products of a device needed. */
final class ProductCounts {
  private long payloadBytes;
  private long products;
  private long streamedBytes;

  /** Counts a list that was run. */
  void add(MatmulList list) {
    payloadBytes += list.payloadBytes();
    products += list.products();
  }

  /** Counts weights that were written for a product. */
  void addStreamed(long bytes) {
    streamedBytes += bytes;
  }

  /** Bytes of codes, scales and minimums, without fill. */
  long payloadBytes() {
    return payloadBytes;
  }

  /** Multiplications, without those of padding. */
  long products() {
    return products;
  }

  /** Bytes of weights that were written to card memory for them. */
  long streamedBytes() {
    return streamedBytes;
  }
}

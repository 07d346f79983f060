package dev.heddle.host.transport;

/** Refuses accesses outside of card memory. */
public final class CardRange {
  private CardRange() {}

  /** Refuses bytes that do not all lie in a card memory of {@code capacity} bytes. */
  public static void require(long address, int bytes, long capacity) {
    if (address < 0 || address > capacity - bytes) {
      throw new TransportException(
          "%d bytes at 0x%x do not lie in card memory, which has %d bytes"
              .formatted(bytes, address, capacity));
    }
  }
}

package dev.heddle.host.transport;

/**
 * What a transport is connected to.
 *
 * @param kind short name of the kind of transport, for instance {@code golden}
 * @param detail what and where, for messages
 * @param memoryBytes bytes of card memory
 */
public record TransportDescription(String kind, String detail, long memoryBytes) {
  private static final int KIB_BITS = 10;
  private static final int MIB_BITS = 20;

  @Override
  public String toString() {
    String size =
        memoryBytes >= 1 << MIB_BITS
            ? (memoryBytes >> MIB_BITS) + " MiB"
            : (memoryBytes >> KIB_BITS) + " KiB";
    return "%s (%s, %s of card memory)".formatted(kind, detail, size);
  }
}

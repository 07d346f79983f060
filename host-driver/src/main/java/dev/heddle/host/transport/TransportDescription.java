package dev.heddle.host.transport;

/**
 * What a transport is connected to.
 *
 * @param kind short name of the kind of transport, for instance {@code golden}
 * @param detail what and where, for messages
 * @param memoryBytes bytes of card memory
 */
public record TransportDescription(String kind, String detail, long memoryBytes) {
  @Override
  public String toString() {
    return "%s (%s, %d MiB of card memory)".formatted(kind, detail, memoryBytes >> 20);
  }
}

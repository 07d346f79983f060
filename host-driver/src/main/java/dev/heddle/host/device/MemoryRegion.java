package dev.heddle.host.device;

/**
 * A piece of card memory.
 *
 * @param address of the first byte
 * @param bytes size
 */
public record MemoryRegion(long address, long bytes) {
  @Override
  public String toString() {
    return "%d bytes at 0x%x".formatted(bytes, address);
  }
}

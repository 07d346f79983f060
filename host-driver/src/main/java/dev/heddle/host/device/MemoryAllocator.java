package dev.heddle.host.device;

import dev.heddle.accel.format.ActivationImage;
import java.util.TreeMap;

/**
 * Places regions in card memory, first fit, at multiples of {@value ActivationImage#ALIGNMENT}
 * bytes. The first {@value #FIRST_ADDRESS} bytes stay free, so that address 0 is no region's.
 */
public final class MemoryAllocator {
  /** The address of the first region. */
  public static final int FIRST_ADDRESS = ActivationImage.ALIGNMENT;

  private final long capacity;
  private final TreeMap<Long, Long> freeBytesAt = new TreeMap<>();

  /** An allocator of card memory of {@code capacity} bytes, all of it free. */
  public MemoryAllocator(long capacity) {
    this.capacity = capacity;
    long usable = capacity / ActivationImage.ALIGNMENT * ActivationImage.ALIGNMENT;
    if (usable > FIRST_ADDRESS) {
      freeBytesAt.put((long) FIRST_ADDRESS, usable - FIRST_ADDRESS);
    }
  }

  /**
   * Takes a region.
   *
   * @param what what it is for, for the message
   * @throws DeviceException when no free piece is large enough
   */
  public MemoryRegion allocate(long bytes, String what) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a region of %d bytes".formatted(bytes));
    }
    long size = ActivationImage.aligned(bytes);
    for (var piece : freeBytesAt.entrySet()) {
      long address = piece.getKey();
      long available = piece.getValue();
      if (available >= size) {
        freeBytesAt.remove(address);
        if (available > size) {
          freeBytesAt.put(address + size, available - size);
        }
        return new MemoryRegion(address, size);
      }
    }
    throw new DeviceException(
        "card memory is full: %s takes %d bytes, but of %d bytes the largest free piece has %d;"
                .formatted(what, size, capacity, largestFree())
            + " use a device with more memory or a smaller model");
  }

  /**
   * A region of at least so many bytes: the one that there is, or another in its stead.
   *
   * @param region null when there is none yet
   */
  public MemoryRegion atLeast(MemoryRegion region, long bytes, String what) {
    if (region != null && region.bytes() >= bytes) {
      return region;
    }
    if (region != null) {
      free(region);
    }
    return allocate(bytes, what);
  }

  /** Gives a region back. */
  public void free(MemoryRegion region) {
    long address = region.address();
    long size = region.bytes();
    var before = freeBytesAt.floorEntry(address);
    if (before != null && before.getKey() + before.getValue() > address
        || freeBytesAt.ceilingKey(address) != null
            && freeBytesAt.ceilingKey(address) < address + size) {
      throw new IllegalArgumentException("%s is free already".formatted(region));
    }
    if (before != null && before.getKey() + before.getValue() == address) {
      address = before.getKey();
      size += before.getValue();
    }
    Long after = freeBytesAt.remove(region.address() + region.bytes());
    freeBytesAt.put(address, size + (after == null ? 0 : after));
  }

  /** Bytes that are free, in all pieces. */
  public long freeBytes() {
    return freeBytesAt.values().stream().mapToLong(Long::longValue).sum();
  }

  private long largestFree() {
    return freeBytesAt.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }
}

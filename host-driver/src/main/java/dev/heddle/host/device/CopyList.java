package dev.heddle.host.device;

import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A descriptor list that runs one copy table, in one piece of card memory.
 *
 * <pre>
 *   descriptors | copy table
 * </pre>
 */
final class CopyList {
  /** Most entries of a descriptor. */
  private static final int MOST_ENTRIES = 1 << 15;

  private final List<CopyEntry> entries;

  CopyList(List<CopyEntry> entries) {
    this.entries = entries;
  }

  /** Descriptors that engines execute, each with a completion record. */
  int engineDescriptors() {
    return (entries.size() + MOST_ENTRIES - 1) / MOST_ENTRIES;
  }

  private int tableStart() {
    return (engineDescriptors() + 1) * Operation.BYTES;
  }

  /** Bytes of list and table. */
  int bytes() {
    return tableStart() + entries.size() * CopyEntry.BYTES;
  }

  /** List and table for a place in card memory. */
  ByteBuffer encode(long address) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(bytes());
    List<Descriptor> descriptors = new ArrayList<>();
    for (int from = 0; from < entries.size(); from += MOST_ENTRIES) {
      descriptors.add(
          Descriptor.of(Operation.COPY)
              .with("table", address + tableStart() + (long) from * CopyEntry.BYTES)
              .with("entries", Math.min(MOST_ENTRIES, entries.size() - from)));
    }
    descriptors.add(Descriptor.of(Operation.END));
    for (int i = 0; i < descriptors.size(); i++) {
      descriptors.get(i).encode(bytes, i * Operation.BYTES);
    }
    for (int i = 0; i < entries.size(); i++) {
      entries.get(i).encode(bytes, tableStart() + i * CopyEntry.BYTES);
    }
    return bytes;
  }
}

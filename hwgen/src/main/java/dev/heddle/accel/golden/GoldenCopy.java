package dev.heddle.accel.golden;

import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.MemoryField;
import java.nio.ByteBuffer;

/** Executes one entry of the copy table on card memory, row after row. */
public final class GoldenCopy {
  private final CopyEntry entry;
  private final ByteBuffer memory;

  /** The execution of {@code entry} on {@code memory}. */
  public GoldenCopy(CopyEntry entry, ByteBuffer memory) {
    this.entry = entry;
    this.memory = memory.duplicate();
  }

  /** Copies codes and exponents. */
  public void run() {
    int key = value(CopyEntry.KEY_LINES) * GoldenHead.LINE;
    int value = value(CopyEntry.VALUE_LINES) * GoldenHead.LINE;
    for (int row = 0; row < value(CopyEntry.ROWS); row++) {
      copy(CopyEntry.KEY_SOURCE, CopyEntry.KEY_ROWS, key, row);
      copy(CopyEntry.VALUE_SOURCE, CopyEntry.VALUE_ROWS, value, row);
      copy(CopyEntry.EXPONENT_SOURCE, CopyEntry.KEY_EXPONENTS, AppendEntry.EXPONENT_BYTES, row);
    }
  }

  private void copy(MemoryField from, MemoryField to, int bytes, int row) {
    memory.put(value(to) + row * bytes, memory, value(from) + row * bytes, bytes);
  }

  private int value(MemoryField field) {
    return Math.toIntExact(entry.value(field));
  }
}

package dev.heddle.host.device;

import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An append table and the numbers that its entries name, in one piece of card memory.
 *
 * <pre>
 *   entries | of each entry: keys, values
 * </pre>
 */
final class AppendTable {
  private final List<NewRows> entries;

  AppendTable(List<NewRows> entries) {
    this.entries = entries;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  private static int width(NewRows rows, MemoryField lines) {
    return (int) rows.entry().value(lines) * GoldenHead.LINE * Float.BYTES;
  }

  private static int keyBytes(NewRows rows) {
    return rows.keys().size() * width(rows, AppendEntry.KEY_LINES);
  }

  private static int valueBytes(NewRows rows) {
    return rows.values().size() * width(rows, AppendEntry.VALUE_LINES);
  }

  /** Bytes of table and numbers, whole lines. */
  int bytes() {
    int numbers = entries.stream().mapToInt(rows -> keyBytes(rows) + valueBytes(rows)).sum();
    return entries.size() * AppendEntry.BYTES + numbers;
  }

  /**
   * Completes the entries for a place in card memory and writes everything.
   *
   * @param start where in {@code bytes}, which are little-endian
   * @param address where in card memory
   */
  void encode(ByteBuffer bytes, int start, long address) {
    int at = entries.size() * AppendEntry.BYTES;
    for (int i = 0; i < entries.size(); i++) {
      NewRows rows = entries.get(i);
      int values = at + keyBytes(rows);
      rows.entry()
          .with(AppendEntry.ROWS, rows.keys().size())
          .with(AppendEntry.KEY_NUMBERS, address + at)
          .with(AppendEntry.VALUE_NUMBERS, address + values)
          .encode(bytes, start + i * AppendEntry.BYTES);
      encode(bytes, start + at, rows.keys(), width(rows, AppendEntry.KEY_LINES));
      encode(bytes, start + values, rows.values(), width(rows, AppendEntry.VALUE_LINES));
      at = values + valueBytes(rows);
    }
  }

  private static void encode(ByteBuffer bytes, int start, List<float[]> rows, int width) {
    for (int row = 0; row < rows.size(); row++) {
      float[] numbers = rows.get(row);
      for (int i = 0; i < numbers.length; i++) {
        bytes.putFloat(start + row * width + i * Float.BYTES, numbers[i]);
      }
    }
  }

  /** The descriptor that runs a table at an address. */
  Descriptor descriptor(long address) {
    return Descriptor.of(Operation.APPEND).with("table", address).with("entries", entries.size());
  }
}

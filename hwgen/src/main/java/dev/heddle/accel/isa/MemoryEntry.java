package dev.heddle.accel.isa;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An entry of a table in card memory; its fields are zero until they are set.
 *
 * @param <E> the kind of entry
 */
public abstract class MemoryEntry<E extends MemoryEntry<E>> {
  private final FieldValues values;
  private final int bytes;

  /** An entry of {@code bytes} bytes, called {@code name} in messages. */
  MemoryEntry(String name, List<MemoryField> fields, int bytes) {
    this.values = new FieldValues(name, fields);
    this.bytes = bytes;
  }

  /** This entry. */
  abstract E self();

  /**
   * Sets a field.
   *
   * @throws IllegalArgumentException when it cannot hold the value
   */
  public final E with(MemoryField field, long value) {
    values.put(field, value);
    return self();
  }

  /** The value of a field. */
  public final long value(MemoryField field) {
    return values.get(field);
  }

  /** Writes the bytes of the entry at {@code start}. */
  public final void encode(ByteBuffer memory, int start) {
    values.encode(memory, start, bytes);
  }

  /** Sets all fields to what stands at {@code start}. */
  final E read(ByteBuffer memory, int start) {
    values.decode(memory, start);
    return self();
  }

  @Override
  public final String toString() {
    return values.text(null);
  }
}

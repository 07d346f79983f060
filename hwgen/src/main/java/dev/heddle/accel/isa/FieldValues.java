package dev.heddle.accel.isa;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of a structure's fields on the host; zero until they are set. */
final class FieldValues {
  private final String structure;
  private final Map<MemoryField, Long> values = new LinkedHashMap<>();

  FieldValues(String structure, List<MemoryField> fields) {
    this.structure = structure;
    fields.forEach(field -> values.put(field, 0L));
  }

  /**
   * Sets a field.
   *
   * @throws IllegalArgumentException when it cannot hold the value
   */
  void put(MemoryField field, long value) {
    if (!field.holds(value)) {
      throw new IllegalArgumentException(
          "%s of %s is %d, which its %d bits cannot hold"
              .formatted(field.name(), structure, value, field.bits()));
    }
    values.put(field, value);
  }

  long get(MemoryField field) {
    return values.get(field);
  }

  /** Writes the {@code bytes} bytes of the structure; what no field covers is zero. */
  void encode(ByteBuffer memory, int start, int bytes) {
    for (int i = 0; i < bytes; i++) {
      memory.put(start + i, (byte) 0);
    }
    values.forEach((field, value) -> field.put(memory, start, value));
  }

  void decode(ByteBuffer memory, int start) {
    values.replaceAll((field, value) -> field.get(memory, start));
  }

  /** The name of the structure and its fields, without {@code omitted}. */
  String text(MemoryField omitted) {
    StringBuilder text = new StringBuilder(structure);
    values.forEach(
        (field, value) -> {
          if (field != omitted) {
            text.append(' ').append(field.name()).append('=').append(value);
          }
        });
    return text.toString();
  }
}

package dev.heddle.accel.golden;

import dev.heddle.accel.isa.MemoryEntry;
import dev.heddle.accel.isa.MemoryField;

/** Refuses fields of an entry of a table that an engine cannot take. */
final class FieldCheck {
  private final MemoryEntry<?> entry;

  FieldCheck(MemoryEntry<?> entry) {
    this.entry = entry;
  }

  long value(MemoryField field) {
    return entry.value(field);
  }

  /** Demands multiples of {@code alignment}. */
  void aligned(int alignment, MemoryField... fields) {
    for (MemoryField field : fields) {
      if (value(field) % alignment != 0) {
        throw new IllegalArgumentException(
            "%s is 0x%x but must be a multiple of %d"
                .formatted(field.name(), value(field), alignment));
      }
    }
  }

  /** Demands {@code least} to {@code most}. */
  void between(MemoryField field, long least, long most) {
    if (value(field) < least || value(field) > most) {
      throw new IllegalArgumentException(
          "%s is %d but must be %d to %d".formatted(field.name(), value(field), least, most));
    }
  }
}

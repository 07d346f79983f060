package dev.heddle.accel.command;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.isa.MemoryField;
import dev.heddle.hdl.UInt;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Fields of a structure in card memory that is held as one little-endian number. */
public final class StructureBits {
  private StructureBits() {}

  /** The bits of {@code field}. */
  public static UInt field(UInt structure, MemoryField field) {
    return structure.slice(field.lowBit() + field.bits() - 1, field.lowBit());
  }

  /** A structure of {@code bytes} bytes with the given fields; everything else is zero. */
  public static UInt structure(int bytes, Map<MemoryField, UInt> values) {
    List<MemoryField> fields = new ArrayList<>(values.keySet());
    fields.sort(Comparator.comparingInt(MemoryField::offset).reversed());
    List<UInt> parts = new ArrayList<>();
    int top = bytes * 8;
    for (MemoryField field : fields) {
      gap(parts, top - field.lowBit() - field.bits());
      parts.add(values.get(field).pad(field.bits()));
      top = field.lowBit();
    }
    gap(parts, top);
    return cat(parts);
  }

  private static void gap(List<UInt> parts, int bits) {
    if (bits > 0) {
      parts.add(lit(BigInteger.ZERO, bits));
    }
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.mux;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.command.StructureBits;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * An entry of the head table that starts.
 *
 * @param entry the bits of the {@link HeadEntry}
 * @param slot its number among the entries in flight
 */
public record EntryCommand(UInt entry, UInt slot) implements Data {
  /** The type. */
  public static Type<EntryCommand> type() {
    return () -> new EntryCommand(uint(HeadEntry.BYTES * 8).make(), uint(2).make());
  }

  /** The bits of a field. */
  public UInt field(MemoryField field) {
    return StructureBits.field(entry, field);
  }

  /** Rows that its source names: those that it lists, or all. */
  public UInt sourceRows() {
    return mux(field(HeadEntry.SOURCE).at(0), field(HeadEntry.LISTED_ROWS), field(HeadEntry.ROWS));
  }

  /** The lowest bits of a field. */
  public UInt field(MemoryField field, int bits) {
    return StructureBits.field(entry, field).wrap(bits);
  }
}

package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.lit;
import static dev.heddle.hdl.Hdl.mux;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.RouterShape;
import dev.heddle.accel.command.StructureBits;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * An entry of a route or summary table that starts.
 *
 * @param entry the bits of the {@link RouteEntry} or {@link SummaryEntry}
 * @param summarises whether it is a summary entry
 */
record TableEntry(UInt entry, Bit summarises) implements Data {
  /** Bits of a number of vectors: queries, keys or blocks. */
  static final int COUNT_BITS = 16;

  static Type<TableEntry> type() {
    return () -> new TableEntry(uint(RouteEntry.BYTES * 8).make(), bit().make());
  }

  /** The bits of a field. */
  UInt field(MemoryField field) {
    return StructureBits.field(entry, field);
  }

  /** The lowest bits of a field. */
  UInt field(MemoryField field, int bits) {
    return field(field).wrap(bits);
  }

  /** Whether gates come from bounds. */
  Bit quest() {
    return field(RouteEntry.ROUTER).at(Router.QUEST.ordinal() - 1);
  }

  /** Whether a vector has two lines. */
  Bit wide() {
    return field(RouteEntry.KEY_LINES).at(1);
  }

  /** Queries, or keys, which stand in the same place. */
  UInt vectors() {
    return field(RouteEntry.ROWS, COUNT_BITS);
  }

  /** The logarithm of the keys of a block. */
  UInt keyBits() {
    int most = bits(RouterShape.MOST_KEYS);
    UInt keys = vectors();
    UInt logarithm = lit(0, bits(most + 1));
    for (int i = 1; i <= most; i++) {
      logarithm = mux(keys.at(i), lit(i, logarithm.width()), logarithm);
    }
    return logarithm;
  }
}

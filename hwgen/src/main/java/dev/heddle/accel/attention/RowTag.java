package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * Which row something belongs to.
 *
 * @param entry which of the entries in flight
 * @param row number of the row in its entry
 */
public record RowTag(UInt entry, UInt row) implements Data {
  /** Entries of the head table that the engine works on at the same time. */
  public static final int ENTRIES = 4;

  /** The type in an engine of {@code shape}. */
  public static Type<RowTag> of(AttentionShape shape) {
    return () -> new RowTag(uint(2).make(), uint(shape.rowBits()).make());
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A query row that a lane will need; the rows of a lane follow in the order of its work.
 *
 * @param lane which lane
 * @param tag which row
 */
public record RowRequest(UInt lane, RowTag tag) implements Data {
  /** The type in an engine of {@code shape}. */
  public static Type<RowRequest> of(AttentionShape shape) {
    return () -> new RowRequest(uint(bits(shape.lanes())).make(), RowTag.of(shape).make());
  }
}

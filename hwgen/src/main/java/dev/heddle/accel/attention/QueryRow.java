package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.sint;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A query row as a score lane takes it.
 *
 * @param codes codes, element 0 in the lowest bits
 * @param shift right shift of the scores less the exponent of the key: {@code -(scale exponent +
 *     fraction bits + query exponent)} ({@link ScoreScale#shift})
 * @param multiplier multiplier of the scores
 * @param cap the cap of its scores
 * @param slope what its scores grow by
 * @param tag which row it is
 */
public record QueryRow(
    UInt codes, SInt shift, UInt multiplier, RowCap cap, RowSlope slope, RowTag tag)
    implements Data {
  /** Bits of {@link #shift}. */
  public static final int SHIFT_BITS = 11;

  /** The type in an engine of {@code shape}. */
  public static Type<QueryRow> of(AttentionShape shape) {
    return () ->
        new QueryRow(
            uint(shape.keyDimension() * 8).make(),
            sint(SHIFT_BITS).make(),
            uint(ScoreScale.MULTIPLIER_BITS).make(),
            RowCap.of(shape).make(),
            RowSlope.of(shape).make(),
            RowTag.of(shape).make());
  }
}

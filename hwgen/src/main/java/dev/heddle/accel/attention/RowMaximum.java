package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.sint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;

/**
 * What is known of a segment of a row when its last score is.
 *
 * @param ceiling the largest score rounded up to an integer
 * @param valueExponent largest exponent of the values of its keys
 * @param tag which row
 * @param continuation whether it is the last segment of the row
 */
public record RowMaximum(SInt ceiling, SInt valueExponent, RowTag tag, Continuation continuation)
    implements Data {
  /** Bits of {@link #ceiling}. */
  public static final int CEILING_BITS = ScoreScale.SCORE_BITS - ScoreScale.FRACTION_BITS + 1;

  /** The type in an engine of {@code shape}. */
  public static Type<RowMaximum> of(AttentionShape shape) {
    return () ->
        new RowMaximum(
            sint(CEILING_BITS).make(),
            sint(8).make(),
            RowTag.of(shape).make(),
            Continuation.of(shape).make());
  }
}

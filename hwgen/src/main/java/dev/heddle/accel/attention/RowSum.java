package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.sint;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.vec;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;

/**
 * The sums of a row or of a segment of one.
 *
 * @param accumulators for each element the sum of p' times the code of the value
 * @param sum sum of p
 * @param row maximum and tag
 */
public record RowSum(Vec<SInt> accumulators, UInt sum, RowMaximum row) implements Data {
  /** The type of the sums of rows in an engine of {@code shape}. */
  public static Type<RowSum> of(AttentionShape shape) {
    return of(shape, shape.accumulatorBits(), shape.sumBits());
  }

  /** The type of the sums of segments in an engine of {@code shape}. */
  public static Type<RowSum> ofSegment(AttentionShape shape) {
    return of(shape, shape.segmentAccumulatorBits(), shape.segmentSumBits());
  }

  private static Type<RowSum> of(AttentionShape shape, int accumulatorBits, int sumBits) {
    return () ->
        new RowSum(
            vec(shape.valueDimension(), sint(accumulatorBits)).make(),
            uint(sumBits).make(),
            RowMaximum.of(shape).make());
  }
}

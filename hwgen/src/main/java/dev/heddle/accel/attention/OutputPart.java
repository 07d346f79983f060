package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * {@code normalisers} elements of an output row; the parts of a row follow one another.
 *
 * @param numbers the elements as fp32, the first in the lowest bits
 * @param codes the elements as X8 codes; one bit without meaning in an engine without X8 output
 * @param exponents exponents of the blocks of 32 codes; likewise
 * @param tag which row
 * @param last whether it is the last part of the row
 */
public record OutputPart(UInt numbers, UInt codes, UInt exponents, RowTag tag, Bit last)
    implements Data {
  /** The type in an engine of {@code shape}. */
  public static Type<OutputPart> of(AttentionShape shape) {
    int elements = shape.normalisers();
    return () ->
        new OutputPart(
            uint(elements * Float.SIZE).make(),
            uint(shape.blocks() ? elements * 8 : 1).make(),
            uint(shape.blocks() ? elements / WeightFormat.BLOCK * 8 : 1).make(),
            RowTag.of(shape).make(),
            bit().make());
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A key with its power of two under the maximum of its row.
 *
 * @param key which key
 * @param weight the power of two, p
 * @param folded p shifted down to the exponent of the row's largest value, p'
 * @param row the maximum of the row, with the last key
 */
public record WeightedKey(LaneKey key, UInt weight, UInt folded, RowMaximum row) implements Data {
  /** The type in an engine of {@code shape}. */
  public static Type<WeightedKey> of(AttentionShape shape) {
    return () ->
        new WeightedKey(
            LaneKey.of(shape).make(),
            uint(GoldenAttention.WEIGHT_BITS).make(),
            uint(GoldenAttention.WEIGHT_BITS).make(),
            RowMaximum.of(shape).make());
  }
}

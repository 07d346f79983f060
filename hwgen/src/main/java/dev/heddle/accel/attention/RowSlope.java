package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.KeySlope;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/** What the scores of a row grow by from key to key; without bits where they do not. */
public interface RowSlope extends Data {
  /** The type in an engine of {@code shape}. */
  static Type<RowSlope> of(AttentionShape shape) {
    return () ->
        shape.alibi()
            ? new Rising(uint(KeySlope.BITS).make(), uint(shape.placeBits() + 1).make())
            : new Flat();
  }

  /**
   * Of an engine that adds biases.
   *
   * @param steps as {@link KeySlope} has them
   * @param origin where key 0 of the entry is in the ring of keys
   */
  record Rising(UInt steps, UInt origin) implements RowSlope {}

  /** Of an engine that adds none. */
  record Flat() implements RowSlope {}
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.lit;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;

/** Whether a row has keys behind those of a segment; without bits where rows are never cut. */
public interface Continuation extends Data {
  /** Whether another segment of the row follows. */
  Bit goesOn();

  /** The type in an engine of {@code shape}. */
  static Type<Continuation> of(AttentionShape shape) {
    return () -> shape.segmented() ? new Cut(bit().make()) : new Whole();
  }

  /**
   * Of an engine that cuts rows.
   *
   * @param goesOn whether another segment follows
   */
  record Cut(Bit goesOn) implements Continuation {}

  /** Of an engine whose segments are whole rows. */
  record Whole() implements Continuation {
    @Override
    public Bit goesOn() {
      return lit(false);
    }
  }
}

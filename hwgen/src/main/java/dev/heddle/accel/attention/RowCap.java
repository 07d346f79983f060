package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.ScoreCap;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/** The soft-cap of the scores of a row; without bits where there are none. */
public interface RowCap extends Data {
  /** The type in an engine of {@code shape}. */
  static Type<RowCap> of(AttentionShape shape) {
    return () -> shape.caps() ? Soft.type().make() : new None();
  }

  /**
   * Of an engine that has caps, as {@link ScoreCap} has them.
   *
   * @param limit the cap as a power of two, 0 for none
   * @param inverse what scores are multiplied by
   */
  record Soft(UInt limit, UInt inverse) implements RowCap {
    /** The type. */
    static Type<Soft> type() {
      return () -> new Soft(uint(ScoreCap.LIMIT_BITS).make(), uint(ScoreCap.INVERSE_BITS).make());
    }
  }

  /** Of an engine that has none. */
  record None() implements RowCap {}
}

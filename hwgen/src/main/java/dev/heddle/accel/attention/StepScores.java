package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.vec;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.Vec;

/**
 * The scores of a step, waiting for the maxima of their rows.
 *
 * @param keys one for each lane
 * @param last whether the step is the last of its entry
 */
record StepScores(Vec<ScoredKey> keys, Bit last) implements Data {
  /** The type in an engine of {@code shape}. */
  static Type<StepScores> of(AttentionShape shape) {
    return () -> new StepScores(vec(shape.lanes(), ScoredKey.of(shape)).make(), bit().make());
  }
}

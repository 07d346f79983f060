package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.vec;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.Vec;

/**
 * The weights of a step.
 *
 * @param keys one for each lane
 * @param last whether the step is the last of its entry
 */
record StepWeights(Vec<WeightedKey> keys, Bit last) implements Data {
  /** The type in an engine of {@code shape}. */
  static Type<StepWeights> of(AttentionShape shape) {
    return () -> new StepWeights(vec(shape.lanes(), WeightedKey.of(shape)).make(), bit().make());
  }
}

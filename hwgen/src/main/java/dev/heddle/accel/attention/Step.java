package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.vec;

import dev.heddle.accel.AttentionShape;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.Vec;

/**
 * What all lanes do at a time. A source counts the places of an entry's keys from zero; from the
 * {@link StepIssue} on they are places of the ring.
 *
 * @param keys for each lane its key
 * @param last whether it is the last step of its entry
 */
public record Step(Vec<LaneKey> keys, Bit last) implements Data {
  /** The type in an engine of {@code shape}. */
  public static Type<Step> of(AttentionShape shape) {
    return () -> new Step(vec(shape.lanes(), LaneKey.of(shape)).make(), bit().make());
  }
}

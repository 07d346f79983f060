package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.sint;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;

/**
 * A key with its score, on its way from a score lane to the value lane.
 *
 * @param key which key
 * @param score fixed point with 12 fraction bits
 * @param valueExponent exponent of the value of the same token
 */
public record ScoredKey(LaneKey key, SInt score, SInt valueExponent) implements Data {
  /** The type in an engine of {@code shape}. */
  public static Type<ScoredKey> of(AttentionShape shape) {
    return () ->
        new ScoredKey(LaneKey.of(shape).make(), sint(ScoreScale.SCORE_BITS).make(), sint(8).make());
  }
}

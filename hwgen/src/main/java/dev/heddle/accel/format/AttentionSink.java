package dev.heddle.accel.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A sink of a row: a score that takes its share of the softmax and has no value, such as models
 * learn one for each head. It counts as a state before the first key.
 *
 * <pre>
 *   e^logit = weight * 2^(maximum - 20)
 * </pre>
 *
 * @param maximum an integer at least as large as the score, a power of two
 * @param weight what is left, 1 to 2^20 - 1
 */
public record AttentionSink(int maximum, int weight) {
  /** Bytes in memory: the maximum and the weight, 32 bits each, the low byte first. */
  public static final int BYTES = 2 * Integer.BYTES;

  private static final int MOST = 1 << (ScoreScale.SCORE_BITS - ScoreScale.FRACTION_BITS);

  public AttentionSink {
    if (maximum < -MOST || maximum >= MOST) {
      throw new IllegalArgumentException(
          "the maximum of a sink is %d; it must be %d to %d".formatted(maximum, -MOST, MOST - 1));
    }
    if (weight < 1 || weight >> GoldenAttention.WEIGHT_BITS != 0) {
      throw new IllegalArgumentException(
          "the weight of a sink is %d; it must be 1 to %d"
              .formatted(weight, (1 << GoldenAttention.WEIGHT_BITS) - 1));
    }
  }

  /**
   * The sink of a score that is added to those of the keys as it is, without the softmax scale.
   *
   * @throws IllegalArgumentException when it is not a number, or as large as no score is
   */
  public static AttentionSink of(double logit) {
    double power = logit / Math.log(2);
    if (!(Math.abs(power) < MOST)) {
      throw new IllegalArgumentException(
          "a sink of %s; its size must be below %.0f".formatted(logit, MOST * Math.log(2)));
    }
    int maximum = (int) Math.ceil(power);
    long weight = Math.round(Math.scalb(Math.pow(2, power - maximum), GoldenAttention.WEIGHT_BITS));
    return new AttentionSink(
        maximum, (int) Math.min(weight, (1 << GoldenAttention.WEIGHT_BITS) - 1));
  }

  /** The state of a row before its first key, whose values have {@code length} elements. */
  public AttentionState state(int length) {
    return new AttentionState(maximum, Int8Block.MIN_EXPONENT, weight, new long[length]);
  }

  /** Writes {@value #BYTES} bytes. */
  public void encode(ByteBuffer memory, int start) {
    ByteBuffer words = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    words.putInt(start, maximum).putInt(start + Integer.BYTES, weight);
  }

  /**
   * Reads a sink.
   *
   * @throws IllegalArgumentException when what lies there is none
   */
  public static AttentionSink decode(ByteBuffer memory, int start) {
    ByteBuffer words = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    return new AttentionSink(words.getInt(start), words.getInt(start + Integer.BYTES));
  }
}

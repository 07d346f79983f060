package dev.heddle.accel.format;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import java.util.Arrays;

/**
 * Quantises blocks of 32 floats to a {@link WeightFormat}, code for code as ggml's reference
 * functions do, in single precision:
 *
 * <pre>
 *   Q8_0   d = max|x| / 127                 code = round_half_away(x / d)
 *   Q4_0   d = (x of largest |x|) / -8      code = min(15, trunc(x / d + 8.5)) - 8
 *   Q4_1   d = (max - min) / 15, m = min    code = min(15, trunc((x - m) / d + 0.5))
 * </pre>
 *
 * where {@code x / d} is {@code x * (1 / d)}, and 0 when d is 0. The scale and the minimum are then
 * rounded to binary16. A block shorter than 32 gets zero codes at its end, which take no part in
 * the choice of its scale.
 *
 * <p>Source: {@code quantize_row_q8_0_ref}, {@code quantize_row_q4_0_ref} and {@code
 * quantize_row_q4_1_ref} of ggml.
 */
final class BlockQuantiser {
  private final WeightFormat format;
  private int scaleBits;
  private int minBits;

  BlockQuantiser(WeightFormat format) {
    this.format = format;
  }

  /** Bits of the last block's scale. */
  int scaleBits() {
    return scaleBits;
  }

  /** Bits of the last block's minimum. */
  int minBits() {
    return minBits;
  }

  /** Quantises {@code values[from .. to)} to 32 codes from {@code codes[at]} on. */
  void quantise(float[] values, int from, int to, byte[] codes, int at) {
    Arrays.fill(codes, at, at + BLOCK, (byte) 0);
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    float extreme = 0f;
    for (int i = from; i < to; i++) {
      float x = values[i];
      if (!Float.isFinite(x)) {
        throw new IllegalArgumentException("weight %d of its row is %s".formatted(i, x));
      }
      min = Math.min(min, x);
      max = Math.max(max, x);
      extreme = Math.abs(x) > Math.abs(extreme) ? x : extreme;
    }
    float scale =
        switch (format) {
          case Q8_0 -> Math.abs(extreme) / 127;
          case Q4_0 -> extreme / -8;
          case Q4_1 -> (max - min) / 15;
        };
    float inverse = scale == 0f ? 0f : 1f / scale;
    scaleBits = Fp16.fromFloat(scale);
    minBits = format.hasMin() ? Fp16.fromFloat(min) : 0;
    for (int i = from; i < to; i++) {
      codes[at + i - from] = (byte) code(values[i], inverse, min);
    }
  }

  private int code(float x, float inverse, float min) {
    int code =
        switch (format) {
          case Q8_0 -> roundHalfAway(x * inverse);
          case Q4_0 -> (int) (x * inverse + 8.5f) - 8;
          case Q4_1 -> (int) ((x - min) * inverse + 0.5f);
        };
    return Math.max(format.minCode(), Math.min(format.maxCode(), code));
  }

  private static int roundHalfAway(float x) {
    return x < 0 ? -Math.round(-x) : Math.round(x);
  }
}

package dev.heddle.accel;

import dev.heddle.accel.format.GoldenAttention;

/**
 * The size of an attention engine.
 *
 * <pre>
 *   card memory --> key banks ----crossbar----> score lane 0 .. lanes-1 --> scores
 *              '--> value banks --crossbar--> value lane 0 .. lanes-1 <-------'
 *                                                 |
 *                                       normalisers --> card memory
 * </pre>
 *
 * @param lanes pairs of a score lane and a value lane, each with a query row of its own: 1 to 16
 * @param keyDimension longest query and key: 64 or 128
 * @param valueDimension longest value: 64 or 128
 * @param banks banks of keys, and as many of values; a power of two, 2 to 64
 * @param keys keys that the banks hold, and as many values; a power of two, at least 64
 * @param scores steps between the two lanes of a pair, a power of two: it bounds a row to {@link
 *     #longestRow} keys
 * @param normalisers output elements a cycle, a power of two up to 64
 * @param rows most query rows of one entry, a power of two up to 4,096
 * @param schedule whether compiled schedules of fixed masks are understood
 * @param blocks whether outputs can be written as X8 codes; needs 32 normalisers and values of 64
 */
public record AttentionShape(
    int lanes,
    int keyDimension,
    int valueDimension,
    int banks,
    int keys,
    int scores,
    int normalisers,
    int rows,
    boolean schedule,
    boolean blocks) {
  /** Steps that a row needs beside one for each of its keys, for the latency of the lanes. */
  private static final int LATENCY_STEPS = 32;

  public AttentionShape {
    require("lanes", lanes, lanes >= 1 && lanes <= 16, "1 to 16");
    require("keyDimension", keyDimension, keyDimension == 64 || keyDimension == 128, "64 or 128");
    require(
        "valueDimension",
        valueDimension,
        valueDimension == 64 || valueDimension == 128,
        "64 or 128");
    require("banks", banks, powerOfTwo(banks, 2, 64), "a power of two, 2 to 64");
    require("keys", keys, powerOfTwo(keys, 64, 1 << 16), "a power of two, 64 to 65536");
    require(
        "scores",
        scores,
        powerOfTwo(scores, 64, GoldenAttention.MAX_KEYS),
        "a power of two, 64 to " + GoldenAttention.MAX_KEYS);
    require("normalisers", normalisers, powerOfTwo(normalisers, 1, 64), "a power of two up to 64");
    require("rows", rows, powerOfTwo(rows, 64, 4096), "a power of two, 64 to 4096");
    if (blocks && normalisers < 32) {
      throw new IllegalArgumentException(
          "X8 output needs the 32 elements of a block at once, but there are %d normalisers; use normalisers=32"
              .formatted(normalisers));
    }
    if (blocks && valueDimension != 64) {
      throw new IllegalArgumentException(
          "X8 output is for values of 64 elements, but valueDimension is %d; use valueDimension=64"
              .formatted(valueDimension));
    }
    if (banks * 2 > keys) {
      throw new IllegalArgumentException(
          "%d banks for %d keys; use banks=%d".formatted(banks, keys, keys / 2));
    }
  }

  private static boolean powerOfTwo(int value, int least, int most) {
    return value >= least && value <= most && Integer.bitCount(value) == 1;
  }

  private static void require(String parameter, int value, boolean holds, String wanted) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s is %d but must be %s".formatted(parameter, value, wanted));
    }
  }

  /** Most keys of a row. */
  public int longestRow() {
    return Math.min(scores - LATENCY_STEPS, keys);
  }

  /** Multipliers of 8-bit codes: those of the score lanes and those of the value lanes. */
  public int multipliers() {
    return lanes * (keyDimension + valueDimension);
  }

  /** Bits of the place of a key in the banks. */
  public int placeBits() {
    return Integer.numberOfTrailingZeros(keys);
  }

  /** Bits of a row's number in its entry. */
  public int rowBits() {
    return Integer.numberOfTrailingZeros(rows);
  }

  /** Bits of the exact sum over a row of powers of two times codes. */
  public int accumulatorBits() {
    return 8 + GoldenAttention.WEIGHT_BITS + Integer.numberOfTrailingZeros(scores);
  }

  /** Bits of the exact sum over a row of powers of two. */
  public int sumBits() {
    return GoldenAttention.WEIGHT_BITS + Integer.numberOfTrailingZeros(scores);
  }
}

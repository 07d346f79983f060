package dev.heddle.accel;

import static dev.heddle.accel.ParameterCheck.between;
import static dev.heddle.accel.ParameterCheck.powerOfTwo;

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
 * @param scores steps between the two lanes of a pair, a power of two; fewer than those of two
 *     segments of a row bound it to {@link #longestRow} keys
 * @param normalisers output elements a cycle, a power of two up to 64
 * @param rows most query rows of one entry, a power of two up to 4,096
 * @param schedule whether compiled schedules of fixed masks are understood
 * @param pages whether keys and values may lie in listed pages
 * @param masks whether rows may see keys by a bit mask
 * @param blocks whether outputs can be written as X8 codes; needs 32 normalisers and values of 64
 * @param states whether outputs can be the states of rows, and rows can go on from states; for
 *     engines that are {@link #segmented}
 * @param alibi whether scores may grow from key to key
 * @param sinks whether rows may have sinks; for engines that are {@link #segmented}
 * @param caps whether scores may have a soft-cap
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
    boolean pages,
    boolean masks,
    boolean blocks,
    boolean states,
    boolean alibi,
    boolean sinks,
    boolean caps) {
  /** Steps that a row needs beside one for each of its keys, for the latency of the lanes. */
  private static final int LATENCY_STEPS = 32;

  /** Scores from which on rows are cut: a segment's are written while another's are read. */
  private static final int SEGMENTED_SCORES = 2 * GoldenAttention.SEGMENT;

  private static final int MOST_KEYS = 1 << 16;
  private static final int MOST_SCORES = GoldenAttention.MAX_KEYS;

  public AttentionShape {
    between("lanes", lanes, 1, 16, "1 to 16");
    powerOfTwo("keyDimension", keyDimension, 64, 128, "64 or 128");
    powerOfTwo("valueDimension", valueDimension, 64, 128, "64 or 128");
    powerOfTwo("banks", banks, 2, 64, "a power of two, 2 to 64");
    powerOfTwo("keys", keys, 64, MOST_KEYS, "a power of two, 64 to " + MOST_KEYS);
    powerOfTwo("scores", scores, 64, MOST_SCORES, "a power of two, 64 to " + MOST_SCORES);
    powerOfTwo("normalisers", normalisers, 1, 64, "a power of two up to 64");
    powerOfTwo("rows", rows, 64, 4096, "a power of two, 64 to 4096");
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
    if (states && !segmented(scores, keys)) {
      throw new IllegalArgumentException(
          "states are merged with rows as their segments are, but with %d scores and %d keys rows are not cut; use scores=%d and keys=%d"
              .formatted(scores, keys, SEGMENTED_SCORES, SEGMENTED_SCORES));
    }
    if (sinks && !segmented(scores, keys)) {
      throw new IllegalArgumentException(
          "sinks are merged with rows as their segments are, but with %d scores and %d keys rows are not cut; use scores=%d and keys=%d"
              .formatted(scores, keys, SEGMENTED_SCORES, SEGMENTED_SCORES));
    }
    if (banks * 2 > keys) {
      throw new IllegalArgumentException(
          "%d banks for %d keys; use banks=%d".formatted(banks, keys, keys / 2));
    }
  }

  /** An engine that takes formulas and contiguous keys and writes 32-bit floating point. */
  public AttentionShape(
      int lanes,
      int keyDimension,
      int valueDimension,
      int banks,
      int keys,
      int scores,
      int normalisers,
      int rows) {
    this(
        lanes,
        keyDimension,
        valueDimension,
        banks,
        keys,
        scores,
        normalisers,
        rows,
        false,
        false,
        false,
        false,
        false,
        false,
        false,
        false);
  }

  /** This engine, taking schedules. */
  public AttentionShape withSchedule() {
    return with(true, pages, masks, blocks, states, alibi, sinks, caps);
  }

  /** This engine, taking pages. */
  public AttentionShape withPages() {
    return with(schedule, true, masks, blocks, states, alibi, sinks, caps);
  }

  /** This engine, taking masks. */
  public AttentionShape withMasks() {
    return with(schedule, pages, true, blocks, states, alibi, sinks, caps);
  }

  /** This engine, writing X8 codes. */
  public AttentionShape withBlocks() {
    return with(schedule, pages, masks, true, states, alibi, sinks, caps);
  }

  /** This engine, writing states of rows and reading them. */
  public AttentionShape withStates() {
    return with(schedule, pages, masks, blocks, true, alibi, sinks, caps);
  }

  /** This engine, adding biases that grow from key to key. */
  public AttentionShape withAlibi() {
    return with(schedule, pages, masks, blocks, states, true, sinks, caps);
  }

  /** This engine, taking sinks. */
  public AttentionShape withSinks() {
    return with(schedule, pages, masks, blocks, states, alibi, true, caps);
  }

  /** This engine, putting caps on scores. */
  public AttentionShape withCaps() {
    return with(schedule, pages, masks, blocks, states, alibi, sinks, true);
  }

  private AttentionShape with(
      boolean takesSchedules,
      boolean takesPages,
      boolean takesMasks,
      boolean writesBlocks,
      boolean writesStates,
      boolean addsSlopes,
      boolean takesSinks,
      boolean capsScores) {
    return new AttentionShape(
        lanes,
        keyDimension,
        valueDimension,
        banks,
        keys,
        scores,
        normalisers,
        rows,
        takesSchedules,
        takesPages,
        takesMasks,
        writesBlocks,
        writesStates,
        addsSlopes,
        takesSinks,
        capsScores);
  }

  /**
   * Whether rows are cut into segments of {@link GoldenAttention#SEGMENT} keys, so that their
   * length does not depend on the scores. An engine that cannot have a longer row does not.
   */
  public boolean segmented() {
    return segmented(scores, keys);
  }

  private static boolean segmented(int scores, int keys) {
    return scores >= SEGMENTED_SCORES && keys > GoldenAttention.SEGMENT;
  }

  /** Most keys of a row. */
  public int longestRow() {
    return segmented()
        ? Math.min(keys, GoldenAttention.MAX_KEYS)
        : Math.min(scores - LATENCY_STEPS, keys);
  }

  /** Keys of a row that are under one maximum. */
  public int longestSegment() {
    return segmented() ? GoldenAttention.SEGMENT : scores;
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

  /** Bits of the exact sum over a segment of powers of two times codes. */
  public int segmentAccumulatorBits() {
    return 8 + segmentSumBits();
  }

  /** Bits of the exact sum over a segment of powers of two. */
  public int segmentSumBits() {
    return GoldenAttention.WEIGHT_BITS + Integer.numberOfTrailingZeros(longestSegment());
  }

  /** Bits of the sum over a row of powers of two times codes. */
  public int accumulatorBits() {
    return 8 + rowSumBits();
  }

  /** Bits of the sum over a row of powers of two. */
  public int sumBits() {
    return rowSumBits() + (sinks ? 1 : 0);
  }

  private int rowSumBits() {
    // A row that goes on from a state may have more keys than those of the engine.
    int keys = states ? GoldenAttention.MAX_KEYS : longestRow();
    return segmented()
        ? GoldenAttention.WEIGHT_BITS + Integer.numberOfTrailingZeros(keys)
        : segmentSumBits();
  }
}

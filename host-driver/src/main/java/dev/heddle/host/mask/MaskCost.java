package dev.heddle.host.mask;

import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleCompiler;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.accel.mask.ScheduleImage;

/**
 * What the attention of one layer, or of several, costs on a machine, and the bounds that no
 * machine of its size can beat.
 *
 * @param nonZeros pairs that are kept
 * @param pairs pairs of dense attention
 * @param longestRow keys of the longest row
 * @param emptyRows rows without a key
 * @param lanes lanes that take a key in a step
 * @param steps steps of the compiled schedule
 * @param stepBound {@code ceil(nonZeros / lanes)}, summed over the layers
 * @param scheduleBytes bytes of the packed schedule
 * @param bytes all bytes that pass the memory port: Q, K and V with one byte an element and an
 *     exponent of one byte a vector, the output with one byte an element, and the schedule
 */
public record MaskCost(
    long nonZeros,
    long pairs,
    int longestRow,
    int emptyRows,
    int lanes,
    long steps,
    long stepBound,
    long scheduleBytes,
    long bytes) {

  /**
   * Compiles and packs a layer, and proves that the packed schedule computes exactly the mask.
   *
   * @param headDimension elements of a query, key and value vector
   * @throws IllegalArgumentException when the layer has more rows or keys than a schedule can
   *     number
   */
  public static MaskCost of(AttentionMask mask, ScheduleCompiler compiler, int headDimension) {
    return of(mask, compiler.compile(mask), compiler.banks(), headDimension);
  }

  /**
   * Packs the schedule of a layer, and proves that the packed schedule computes exactly the mask.
   *
   * @param banks number of banks that the keys lie in
   * @param headDimension elements of a query, key and value vector
   * @throws IllegalArgumentException when the layer has more rows or keys than a schedule can
   *     number
   */
  public static MaskCost of(AttentionMask mask, Schedule compiled, int banks, int headDimension) {
    ScheduleFormat format = ScheduleFormat.of(compiled.lanes(), mask);
    ScheduleImage image = ScheduleImage.pack(compiled, format);
    Schedule schedule = image.unpack();
    schedule.verify(mask, banks);
    long vectors = mask.rows() + 2L * mask.keys();
    long outputs = (long) mask.rows() * headDimension;
    return new MaskCost(
        mask.nonZeros(),
        mask.pairs(),
        mask.longestRow(),
        mask.emptyRows().length,
        schedule.lanes(),
        schedule.steps(),
        (mask.nonZeros() + schedule.lanes() - 1) / schedule.lanes(),
        image.bytes(),
        vectors * (headDimension + 1) + outputs + image.bytes());
  }

  /** The cost of two parts, one after the other, on the same lanes. */
  public MaskCost plus(MaskCost other) {
    if (lanes != other.lanes) {
      throw new IllegalArgumentException(
          "costs on %d and on %d lanes do not add up".formatted(lanes, other.lanes));
    }
    return new MaskCost(
        nonZeros + other.nonZeros,
        pairs + other.pairs,
        Math.max(longestRow, other.longestRow),
        emptyRows + other.emptyRows,
        lanes,
        steps + other.steps,
        stepBound + other.stepBound,
        scheduleBytes + other.scheduleBytes,
        bytes + other.bytes);
  }

  /** Share of the pairs that is pruned. */
  public double sparsity() {
    return 1 - (double) nonZeros / pairs;
  }

  /** Share of the lanes' steps in which they take a key; 1 without steps. */
  public double utilisation() {
    return steps == 0 ? 1 : (double) nonZeros / (steps * lanes);
  }

  /** Schedule bytes for each kept pair; 0 without pairs. */
  public double scheduleBytesPerNonZero() {
    return nonZeros == 0 ? 0 : (double) scheduleBytes / nonZeros;
  }

  /** Cycles that the memory port needs for the {@link #bytes}. */
  public long memoryBound(double bytesPerCycle) {
    return (long) Math.ceil(bytes / bytesPerCycle);
  }
}

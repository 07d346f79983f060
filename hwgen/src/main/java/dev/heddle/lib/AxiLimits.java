package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.isPowerOfTwo;

/**
 * How much a master asks of its memory at once.
 *
 * @param burstBeats beats of the longest burst, a power of two up to 256; bursts start at multiples
 *     of this, and a page of 4 KB shortens it, so that no burst crosses a page
 * @param outstanding bursts without a complete response, 1 to 1024
 */
public record AxiLimits(int burstBeats, int outstanding) {
  private static final int LONGEST_BURST = 256;
  private static final int MOST_OUTSTANDING = 1024;

  public AxiLimits {
    if (!isPowerOfTwo(burstBeats) || burstBeats > LONGEST_BURST) {
      throw new IllegalArgumentException(
          "bursts of " + burstBeats + " beats; it must be a power of two up to " + LONGEST_BURST);
    }
    if (outstanding < 1 || outstanding > MOST_OUTSTANDING) {
      throw new IllegalArgumentException(
          outstanding + " outstanding bursts; it must be 1 to " + MOST_OUTSTANDING);
    }
  }

  /** Beats of the longest burst on an interface of this shape. */
  public int burstBeats(AxiShape shape) {
    return Math.min(burstBeats, AxiShape.PAGE_BYTES / shape.bytes());
  }

  /** Beats in flight when all bursts are outstanding and as long as can be. */
  public int beatsInFlight(AxiShape shape) {
    return burstBeats(shape) * outstanding;
  }
}

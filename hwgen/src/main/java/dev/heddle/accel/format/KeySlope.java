package dev.heddle.accel.format;

/**
 * What the score of a key grows by from one key to the next (ALiBi): the later a key, the more it
 * counts.
 *
 * <pre>
 *   bias of key j = floor(steps * j / 2^12)           12 fraction bits, as a score has
 *   steps         = slope * log2(e) * 2^24            to nearest
 * </pre>
 *
 * The papers count from the query, {@code slope * (j - i)}. Softmax does not change when all scores
 * of a row move by the same amount, so this counts from key 0, which is the same for all rows: no
 * bit depends on which rows are computed together. A biased score saturates as a score does, at
 * 32768 powers of two; the steepest head of a model, of slope 1, comes near it after 20,000 keys.
 *
 * <p>Source: ALiBi, "Train Short, Test Long" (Press et al., ICLR 2022).
 *
 * @param steps growth in steps of 2^-24 of a power of two, 0 for none
 */
public record KeySlope(int steps) {
  /** No growth. */
  public static final KeySlope NONE = new KeySlope(0);

  /** Bits of the steps. */
  public static final int BITS = 25;

  private static final int FRACTION_BITS = 24;

  /** Bits behind those of a score. */
  public static final int EXTRA_BITS = FRACTION_BITS - ScoreScale.FRACTION_BITS;

  public KeySlope {
    if (steps < 0 || steps >= 1 << BITS) {
      throw new IllegalArgumentException(
          "a slope of %d steps; it is 0 to %d".formatted(steps, (1 << BITS) - 1));
    }
  }

  /**
   * The slope of a head as papers give it, in natural units.
   *
   * @throws IllegalArgumentException when it is not 0 to 1
   */
  public static KeySlope of(double slope) {
    if (!(slope >= 0 && slope <= 1)) {
      throw new IllegalArgumentException("a slope of %s; it is 0 to 1".formatted(slope));
    }
    return new KeySlope((int) Math.rint(Math.scalb(slope * ScoreScale.LOG2_E, FRACTION_BITS)));
  }

  /** What is added to the score of a key. */
  public long bias(int number) {
    return (long) steps * number >> EXTRA_BITS;
  }
}

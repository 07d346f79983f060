package dev.heddle.accel.format;

/**
 * The soft-cap of the scores of a head: {@code cap * tanh(score / cap)}, which no score exceeds.
 *
 * <pre>
 *   limit    = cap * log2(e)       in steps of 2^-16, to nearest: the cap as a power of two
 *   inverse  = 2^42 / limit        to nearest: 2^26 over the cap
 *   x        = min(floor(min(|score|, 2^23 - 1) * inverse / 2^16), 2^25 - 1)     ({@link Tanh})
 *   |capped| = round_half_up(limit * tanh(x) / 2^26)                   12 fraction bits
 * </pre>
 *
 * with the sign of the score, so that the cap of its negative is the negative of the cap, and that
 * of 0 is 0. A larger score never has a smaller cap. Against the exact value for the same score a
 * capped one is off by at most {@code 1.3e-4 + 1.3e-6 * limit} powers of two, of which the first
 * part is the rounding to 12 fraction bits.
 *
 * <p>Source: Gemma 2 (50 for attention) and Grok (30).
 *
 * @param limit the cap as a power of two in steps of 2^-16; 0 for none
 */
public record ScoreCap(int limit) {
  /** No cap. */
  public static final ScoreCap NONE = new ScoreCap(0);

  /** Bits of the limit. */
  public static final int LIMIT_BITS = 24;

  /** Bits of the inverse. */
  public static final int INVERSE_BITS = 26;

  /** Bits of a score that count: one with more is beyond the last x for every cap. */
  public static final int MAGNITUDE_BITS = 23;

  private static final int LIMIT_FRACTION_BITS = 16;
  private static final int INVERSE_FRACTION_BITS = 26;

  /** What a score times the inverse is shifted right by, to be an argument. */
  public static final int ARGUMENT_SHIFT =
      ScoreScale.FRACTION_BITS + INVERSE_FRACTION_BITS - Tanh.FRACTION_BITS;

  /** What the limit times a tangent is shifted right by, to be a score. */
  public static final int RESULT_SHIFT =
      LIMIT_FRACTION_BITS + Tanh.RESULT_BITS - ScoreScale.FRACTION_BITS;

  private static final int LEAST = 1;
  private static final int MOST = 128;

  /** The least limit, of a cap of 1. */
  public static final int LEAST_LIMIT = limit(LEAST);

  /** The largest limit, of a cap of 128. */
  public static final int MOST_LIMIT = limit(MOST);

  public ScoreCap {
    if (limit != 0 && (limit < LEAST_LIMIT || limit > MOST_LIMIT)) {
      throw new IllegalArgumentException(
          "a cap of %d steps; it is %d to %d, or 0 for none"
              .formatted(limit, LEAST_LIMIT, MOST_LIMIT));
    }
  }

  /**
   * The cap of a head as papers give it, in natural units.
   *
   * @throws IllegalArgumentException when it is not 1 to 128
   */
  public static ScoreCap of(double cap) {
    if (!(cap >= LEAST && cap <= MOST)) {
      throw new IllegalArgumentException("a cap of %s; it is %d to %d".formatted(cap, LEAST, MOST));
    }
    return new ScoreCap(limit(cap));
  }

  private static int limit(double cap) {
    return (int) Math.rint(Math.scalb(cap * ScoreScale.LOG2_E, LIMIT_FRACTION_BITS));
  }

  /** What scores are multiplied by; 0 when there is no cap. */
  public int inverse() {
    return limit == 0
        ? 0
        : (int) Math.rint(Math.scalb(1.0, INVERSE_FRACTION_BITS + LIMIT_FRACTION_BITS) / limit);
  }

  /** A score under the cap; the score itself when there is none. */
  public int capped(int score) {
    if (limit == 0) {
      return score;
    }
    long magnitude = Math.min(Math.abs((long) score), (1 << MAGNITUDE_BITS) - 1);
    long argument = magnitude * inverse() >> ARGUMENT_SHIFT;
    int tangent = Tanh.of((int) Math.min(argument, (1 << Tanh.ARGUMENT_BITS) - 1));
    int capped = (int) Rounding.halfUpShift((long) limit * tangent, RESULT_SHIFT);
    return score < 0 ? -capped : capped;
  }
}

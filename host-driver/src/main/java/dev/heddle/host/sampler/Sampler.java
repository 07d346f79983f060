package dev.heddle.host.sampler;

import java.util.Arrays;

/**
 * Chooses the next token from a model's logits: the greatest, or one at random by temperature and
 * nucleus (top-p).
 *
 * <pre>
 *   logits / temperature -> softmax -> most likely tokens until their sum reaches top-p -> draw
 * </pre>
 *
 * The same seed and the same logits give the same tokens on every machine: the generator is
 * SplitMix64 (state += 0x9E3779B97F4A7C15, then two multiply-xorshift rounds; the top 53 bits are
 * the draw), the exponential is {@link StrictMath#exp}, and sums run from the most to the least
 * likely token. Of equal logits the lower id comes first. A logit that is not a number is never
 * chosen.
 */
public final class Sampler {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final float temperature;
  private final float topP;
  private long state;

  /**
   * A sampler.
   *
   * @param temperature 0 always takes the greatest logit; 1 leaves the model's distribution
   * @param topP share of the probability to draw from, in (0, 1]; 1 draws from all
   * @param seed start of the generator
   */
  public Sampler(float temperature, float topP, long seed) {
    if (!(temperature >= 0) || Float.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "the temperature is " + temperature + "; give 0 or a positive number");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top-p is " + topP + "; give a number in (0, 1]");
    }
    this.temperature = temperature;
    this.topP = topP;
    this.state = seed;
  }

  /** A sampler that always takes the greatest logit. */
  public static Sampler greedy() {
    return new Sampler(0, 1, 0);
  }

  /**
   * The next token.
   *
   * @param logits one for each token; at least one must be a number above minus infinity
   */
  public int sample(float[] logits) {
    int best = greatest(logits);
    float max = logits[best];
    if (temperature == 0 || max == Float.POSITIVE_INFINITY) {
      return best;
    }
    int[] order = mostLikelyFirst(logits);
    double[] weights = new double[order.length];
    double total = 0;
    for (int i = 0; i < order.length; i++) {
      weights[i] = StrictMath.exp(((double) logits[order[i]] - max) / temperature);
      total += weights[i];
    }
    int kept = 0;
    double sum = 0;
    while (kept < order.length && (kept == 0 || sum < topP * total)) {
      sum += weights[kept++];
    }
    double left = nextDouble() * sum;
    for (int i = 0; i < kept; i++) {
      left -= weights[i];
      if (left < 0) {
        return order[i];
      }
    }
    return order[0];
  }

  /** The token with the greatest logit, the lowest of equals. */
  private static int greatest(float[] logits) {
    int best = -1;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] > (best < 0 ? Float.NEGATIVE_INFINITY : logits[best])) {
        best = i;
      }
    }
    if (best < 0) {
      throw new IllegalArgumentException(
          "none of the " + logits.length + " logits is a number above minus infinity");
    }
    return best;
  }

  private static int[] mostLikelyFirst(float[] logits) {
    long[] keys = new long[logits.length];
    int count = 0;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] > Float.NEGATIVE_INFINITY) {
        // A negative float's bits grow as it falls: flip them, and all of it for descending order.
        int bits = Float.floatToIntBits(logits[i] + 0.0f);
        int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        keys[count++] = (long) ~ascending << 32 | i;
      }
    }
    Arrays.sort(keys, 0, count);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }

  private double nextDouble() {
    state += GOLDEN_GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 11) * 0x1.0p-53;
  }
}

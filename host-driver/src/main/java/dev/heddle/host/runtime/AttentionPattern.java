package dev.heddle.host.runtime;

import dev.heddle.accel.format.GoldenAttention;

/**
 * Which tokens a token sees of those before it: the token at position i sees the one at position j
 * &lt;= i when {@code i - j < window} or {@code j < first}.
 *
 * <pre>
 *   dense        all
 *   window=N     the last N, itself included
 *   lambda=G+L   the first G and the last L
 * </pre>
 *
 * With a window the work and the memory of a token do not grow with its position, and a sequence
 * may become longer than the model's context. The keys of the first tokens are then seen from a
 * bounded distance: a query at position i sees the key of a first token j as if it stood at {@code
 * max(j, i - ceiling)}, where the ceiling is the largest distance in the model's context, {@code
 * context - 1}. No model was trained for more. As long as the sequence fits the context all keys
 * stand where they are, so a pattern that leaves nothing out gives what dense attention gives, bit
 * for bit.
 *
 * <p>Source: StreamingLLM (Xiao et al., ICLR 2024) for the first tokens; LM-Infinite (Han et al.,
 * NAACL 2024) for the shape and the ceiling.
 *
 * @param first tokens at the start that all see
 * @param window tokens of the window, itself included; {@link #UNLIMITED} for all
 */
public record AttentionPattern(int first, int window) {
  /** The window of a pattern that leaves nothing out. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** Every token sees all before it. */
  public static final AttentionPattern DENSE = new AttentionPattern(0, UNLIMITED);

  private static final String FORMS = "dense, window=N or lambda=G+L";

  public AttentionPattern {
    if (first < 0 || window < 1) {
      throw new IllegalArgumentException(
          "%d first tokens and a window of %d; a window has at least 1".formatted(first, window));
    }
    if (window == UNLIMITED ? first > 0 : (long) first + window > GoldenAttention.MAX_KEYS) {
      throw new IllegalArgumentException(
          "%s: a token would see %d tokens; it can see at most %d"
              .formatted(text(first, window), (long) first + window, GoldenAttention.MAX_KEYS));
    }
  }

  /**
   * Reads {@code dense}, {@code window=N} or {@code lambda=G+L}.
   *
   * @throws IllegalArgumentException when the text is none of these or a number is out of range
   */
  public static AttentionPattern parse(String text) {
    if (text.equals("dense")) {
      return DENSE;
    }
    if (text.matches("window=\\d+")) {
      return new AttentionPattern(0, number(text, text.substring(text.indexOf('=') + 1)));
    }
    if (text.matches("lambda=\\d+\\+\\d+")) {
      int plus = text.indexOf('+');
      return new AttentionPattern(
          number(text, text.substring(text.indexOf('=') + 1, plus)),
          number(text, text.substring(plus + 1)));
    }
    throw new IllegalArgumentException(
        "%s is no attention pattern; there are %s".formatted(text, FORMS));
  }

  private static int number(String text, String digits) {
    if (digits.length() > 9) {
      throw new IllegalArgumentException(
          "%s: a token can see at most %d tokens".formatted(text, GoldenAttention.MAX_KEYS));
    }
    return Integer.parseInt(digits);
  }

  /** Whether nothing is left out. */
  public boolean dense() {
    return window == UNLIMITED;
  }

  /** The first position behind the first tokens that the token at {@code position} sees. */
  int low(int position) {
    return Math.max(first, dense() ? 0 : position - window + 1);
  }

  /** How many tokens the one at {@code position} sees. */
  int seen(int position) {
    return Math.min(first, position + 1) + Math.max(0, position + 1 - low(position));
  }

  @Override
  public String toString() {
    return text(first, window);
  }

  private static String text(int first, int window) {
    if (window == UNLIMITED) {
      return "dense";
    }
    return first == 0 ? "window=" + window : "lambda=%d+%d".formatted(first, window);
  }
}

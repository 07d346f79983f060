package dev.heddle.host.runtime;

import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.format.GoldenAttention;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which tokens a token sees of those before it: the token at position i sees the one at position j
 * &lt;= i when {@code i - j < window} or {@code j < first}.
 *
 * <pre>
 *   dense        all
 *   window=N     the last N, itself included
 *   lambda=G+L   the first G and the last L
 *   moba=B,K     in blocks of B: those of its own, and of K - 1 others that its queries choose
 *   quest=B,K    the same, chosen otherwise ({@link BlockRouting})
 *   moba=B,K,T   the same, chosen by the first of T tokens for all of them; so too quest=B,K,T
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
 * NAACL 2024) for the shape and the ceiling; {@link dev.heddle.accel.format.KeyCentroid} and {@link
 * dev.heddle.accel.format.KeyBounds} name those of the choices.
 *
 * @param first tokens at the start that all see
 * @param window tokens of the window, itself included; {@link #UNLIMITED} for all
 * @param routing how queries choose blocks of all tokens; empty when the position says it all
 */
public record AttentionPattern(int first, int window, Optional<BlockRouting> routing) {
  /** The window of a pattern that leaves nothing out. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** Every token sees all before it. */
  public static final AttentionPattern DENSE = new AttentionPattern(0, UNLIMITED);

  private static final String FORMS = "dense, window=N, lambda=G+L, moba=B,K[,T] or quest=B,K[,T]";
  private static final Pattern WINDOW = Pattern.compile("window=(\\d+)");
  private static final Pattern LAMBDA = Pattern.compile("lambda=(\\d+)\\+(\\d+)");
  private static final Pattern ROUTED =
      Pattern.compile(
          Arrays.stream(Router.values())
              .map(Router::toString)
              .collect(Collectors.joining("|", "(", ")=(\\d+),(\\d+)(?:,(\\d+))?")));

  public AttentionPattern {
    if (first < 0 || window < 1) {
      throw new IllegalArgumentException(
          "%d first tokens and a window of %d; a window has at least 1".formatted(first, window));
    }
    if (routing.isPresent() && window != UNLIMITED) {
      throw new IllegalArgumentException("blocks are chosen of all tokens, not of a window");
    }
    if (window == UNLIMITED ? first > 0 : (long) first + window > GoldenAttention.MAX_KEYS) {
      throw new IllegalArgumentException(
          "%s: a token would see %d tokens; it can see at most %d"
              .formatted(text(first, window), (long) first + window, GoldenAttention.MAX_KEYS));
    }
  }

  private AttentionPattern(int first, int window) {
    this(first, window, Optional.empty());
  }

  /**
   * Reads {@code dense}, {@code window=N}, {@code lambda=G+L}, {@code moba=B,K[,T]} or {@code
   * quest=B,K[,T]}.
   *
   * @throws IllegalArgumentException when the text is none of these or a number is out of range
   */
  public static AttentionPattern parse(String text) {
    if (text.equals("dense")) {
      return DENSE;
    }
    Matcher windowed = WINDOW.matcher(text);
    if (windowed.matches()) {
      return new AttentionPattern(0, number(text, windowed.group(1)));
    }
    Matcher lambda = LAMBDA.matcher(text);
    if (lambda.matches()) {
      return new AttentionPattern(number(text, lambda.group(1)), number(text, lambda.group(2)));
    }
    Matcher routed = ROUTED.matcher(text);
    if (routed.matches()) {
      Router router = Router.valueOf(routed.group(1).toUpperCase(Locale.ROOT));
      int size = number(text, routed.group(2));
      int count = number(text, routed.group(3));
      int tile = routed.group(4) == null ? 1 : number(text, routed.group(4));
      BlockRouting routing = new BlockRouting(router, size, count, tile);
      return new AttentionPattern(0, UNLIMITED, Optional.of(routing));
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

  /** Whether every token may be seen again, so that none is ever dropped. */
  boolean keepsAll() {
    return window == UNLIMITED;
  }

  /** The first position behind the first tokens that the token at {@code position} sees. */
  int low(int position) {
    return Math.max(first, keepsAll() ? 0 : position - window + 1);
  }

  /** How many tokens the one at {@code position} sees. */
  int seen(int position) {
    return routing
        .map(blocks -> blocks.seen(position))
        .orElse(Math.min(first, position + 1) + Math.max(0, position + 1 - low(position)));
  }

  /** Most tokens that one of the first {@code tokens} sees. */
  int mostSeen(int tokens) {
    return routing.map(blocks -> blocks.mostSeen(tokens)).orElse(seen(tokens - 1));
  }

  @Override
  public String toString() {
    return routing.map(BlockRouting::toString).orElse(text(first, window));
  }

  private static String text(int first, int window) {
    if (window == UNLIMITED) {
      return "dense";
    }
    return first == 0 ? "window=" + window : "lambda=%d+%d".formatted(first, window);
  }
}

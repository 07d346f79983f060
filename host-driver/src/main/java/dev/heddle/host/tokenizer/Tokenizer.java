package dev.heddle.host.tokenizer;

/**
 * Turns text into the token ids of a model and token ids into text.
 *
 * <p>In a prompt, the text of a control token (for instance {@code <|endoftext|>}) becomes that
 * token. Unpaired surrogates are read as U+FFFD. Implementations are immutable and may be shared.
 */
public interface Tokenizer {
  /** The id that stands for "no such token". */
  int NONE = -1;

  /**
   * The token ids of a text.
   *
   * @param addBos whether to put the bos token in front, where the vocabulary has one
   */
  int[] encode(String text, boolean addBos);

  /**
   * The bytes that a token contributes, which need not be whole characters; empty for control
   * tokens. An id outside the vocabulary is an {@link IllegalArgumentException}.
   */
  byte[] decode(int token);

  /** The vocabulary. */
  Vocabulary vocabulary();

  /** Whether {@link #encode} puts a space in front of the text, which decoding takes away again. */
  boolean addsSpacePrefix();

  /** The text of tokens from the begin of a text; incomplete characters become U+FFFD. */
  default String decode(int[] tokens) {
    TextStream stream = stream();
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append(stream.append(token));
    }
    return text.append(stream.finish()).toString();
  }

  /** A decoder that emits text as tokens arrive. */
  default TextStream stream() {
    return new TextStream(this);
  }

  /** The token at the begin of a text, or {@link #NONE}. */
  default int bos() {
    return vocabulary().special().bos();
  }

  /** The token at the end of a text, or {@link #NONE}. */
  default int eos() {
    return vocabulary().special().eos();
  }

  /** Whether the model expects {@link #bos} in front of a prompt. */
  default boolean prependsBos() {
    return vocabulary().special().prependsBos();
  }

  /** Whether generation is over when the model emits this token. */
  default boolean endsGeneration(int token) {
    return vocabulary().endsGeneration(token);
  }

  /** Number of tokens in the vocabulary. */
  default int size() {
    return vocabulary().size();
  }
}

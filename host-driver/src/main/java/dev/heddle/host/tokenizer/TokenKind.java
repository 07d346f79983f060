package dev.heddle.host.tokenizer;

import java.util.Optional;

/**
 * What a vocabulary entry stands for. Numbered as {@code tokenizer.ggml.token_type} in a GGUF file.
 */
public enum TokenKind {
  /** Text. */
  NORMAL(1),
  /** Stands for what the vocabulary cannot express; decodes to nothing. */
  UNKNOWN(2),
  /** Steers the model, such as the begin of a text; decodes to nothing. */
  CONTROL(3),
  /** Text that is matched as a whole before the tokeniser splits anything. */
  USER_DEFINED(4),
  /** A place holder that the model never saw. */
  UNUSED(5),
  /** One byte, written {@code <0xHH>}. */
  BYTE(6);

  private final int ggufId;

  TokenKind(int ggufId) {
    this.ggufId = ggufId;
  }

  /** The number of this kind in a GGUF file. */
  public int ggufId() {
    return ggufId;
  }

  /** Whether an occurrence of the token's text in a prompt becomes this token as a whole. */
  public boolean matchedWhole() {
    return this == UNKNOWN || this == CONTROL || this == USER_DEFINED;
  }

  /** Whether the token contributes no text. */
  public boolean silent() {
    return this == UNKNOWN || this == CONTROL;
  }

  /** The kind with a number, if there is one. */
  public static Optional<TokenKind> ofGgufId(int id) {
    for (TokenKind kind : values()) {
      if (kind.ggufId == id) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}

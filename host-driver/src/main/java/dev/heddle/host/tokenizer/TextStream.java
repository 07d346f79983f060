package dev.heddle.host.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes tokens one at a time and emits text only in whole characters.
 *
 * <p>A character whose bytes are spread over several tokens appears with the last of them. Bytes
 * that cannot become a character are emitted as U+FFFD as soon as that is certain. Where the
 * tokeniser adds a space in front of a text, that space is taken away from the first token.
 */
public final class TextStream {
  private final Tokenizer tokenizer;
  private byte[] pending = new byte[0];
  private boolean atStart = true;

  /** A stream at the begin of a text. */
  public TextStream(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Takes the next token; returns the text that is now complete, often but not always not empty.
   */
  public String append(int token) {
    byte[] piece = tokenizer.decode(token);
    if (atStart && token != tokenizer.bos()) {
      atStart = false;
      if (tokenizer.addsSpacePrefix() && piece.length > 0 && piece[0] == ' ') {
        piece = Arrays.copyOfRange(piece, 1, piece.length);
      }
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(pending.length + piece.length);
    all.writeBytes(pending);
    all.writeBytes(piece);
    byte[] bytes = all.toByteArray();
    int complete = bytes.length - incompleteTail(bytes);
    pending = Arrays.copyOfRange(bytes, complete, bytes.length);
    return new String(bytes, 0, complete, StandardCharsets.UTF_8);
  }

  /** Ends the text: what is still incomplete, as U+FFFD. The stream is then at a new begin. */
  public String finish() {
    String rest = new String(pending, StandardCharsets.UTF_8);
    pending = new byte[0];
    atStart = true;
    return rest;
  }

  /** Bytes at the end that are the begin of a character. */
  private static int incompleteTail(byte[] bytes) {
    for (int back = 1; back <= Math.min(3, bytes.length); back++) {
      byte b = bytes[bytes.length - back];
      if (!Utf8.isContinuation(b)) {
        return Utf8.sequenceLength(b) > back ? back : 0;
      }
    }
    return 0;
  }
}

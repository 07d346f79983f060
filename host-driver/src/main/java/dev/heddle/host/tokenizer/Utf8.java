package dev.heddle.host.tokenizer;

import java.nio.charset.StandardCharsets;

/** UTF-8 at the level of single characters and bytes. */
final class Utf8 {
  /** What stands for bytes that are not UTF-8 and for unpaired surrogates. */
  static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The text with every unpaired surrogate replaced, so that it has a UTF-8 form. */
  static String wellFormed(String text) {
    StringBuilder clean = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (clean == null) {
        clean = new StringBuilder(text);
      }
      clean.setCharAt(i, REPLACEMENT);
    }
    return clean == null ? text : clean.toString();
  }

  /** Bytes of the sequence that a first byte announces; 1 for a byte that cannot start one. */
  static int sequenceLength(byte first) {
    int b = first & 0xFF;
    if (b >= 0xC2 && b <= 0xDF) {
      return 2;
    }
    if (b >= 0xE0 && b <= 0xEF) {
      return 3;
    }
    if (b >= 0xF0 && b <= 0xF4) {
      return 4;
    }
    return 1;
  }

  static boolean isContinuation(byte b) {
    return (b & 0xC0) == 0x80;
  }
}

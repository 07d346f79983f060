package dev.heddle.host.tokenizer;

import java.util.Arrays;

/**
 * GPT-2's way to write every byte as one printable character.
 *
 * <p>Printable Latin-1 characters stand for themselves; the other 68 bytes, in order, are U+0100
 * and up. So a space is U+0120 (a G with a dot).
 *
 * <p>Source: {@code bytes_to_unicode} of the GPT-2 encoder.
 */
final class ByteAlphabet {
  private static final char[] CHARACTERS = new char[256];
  private static final short[] BYTES = new short[0x100 + 68];

  static {
    Arrays.fill(BYTES, (short) -1);
    char spare = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      CHARACTERS[b] = printable ? (char) b : spare++;
      BYTES[CHARACTERS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** The character that stands for a byte. */
  static char character(byte b) {
    return CHARACTERS[b & 0xFF];
  }

  /** The byte that a character stands for, or -1. */
  static int byteOf(int codePoint) {
    return codePoint < BYTES.length ? BYTES[codePoint] : -1;
  }

  /** A text's UTF-8 bytes, written in the alphabet. */
  static String write(String text) {
    byte[] bytes = Utf8.bytes(text);
    StringBuilder written = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      written.append(character(b));
    }
    return written.toString();
  }
}

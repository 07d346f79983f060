package dev.heddle.lib.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A word of 32 bits as a payload. */
public final class LinkWord {
  private LinkWord() {}

  /** The payload that is {@code word}. */
  public static byte[] encode(int word) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(word).array();
  }

  /** The word that a payload begins with. */
  public static int decode(byte[] payload) {
    return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }
}

package dev.heddle.host.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Words of 32 bits in payloads. */
final class Words {
  private Words() {}

  static byte[] encode(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  static int decode(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }
}

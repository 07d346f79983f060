package dev.heddle.lib.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of a frame on the line: consistent overhead byte stuffing (Cheshire and Baker, 1999) of
 * header, payload and CRC-32C (RFC 3720, B.4), between delimiters.
 *
 * <pre>
 *   content     11 22 00 33      00
 *   stuffed  03 11 22 02 33   01      each code is the distance to the next zero;
 *                                     ff: 254 bytes follow, and no zero after them
 * </pre>
 */
public final class LinkFrame {
  private static final int LONGEST_RUN = 254;

  private LinkFrame() {}

  /** A frame with both delimiters of header and payload. */
  public static byte[] encode(byte[] headerAndPayload) {
    CRC32C crc = new CRC32C();
    crc.update(headerAndPayload);
    byte[] content =
        ByteBuffer.allocate(headerAndPayload.length + LinkProtocol.CRC_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(headerAndPayload)
            .putInt((int) crc.getValue())
            .array();
    ByteBuffer frame = ByteBuffer.allocate(content.length + content.length / LONGEST_RUN + 3);
    frame.put((byte) LinkProtocol.DELIMITER);
    stuff(content, frame);
    frame.put((byte) LinkProtocol.DELIMITER);
    return Arrays.copyOf(frame.array(), frame.position());
  }

  private static void stuff(byte[] content, ByteBuffer frame) {
    int code = frame.position();
    frame.position(code + 1);
    for (int i = 0; i < content.length; i++) {
      if (content[i] != 0) {
        frame.put(content[i]);
      }
      boolean full = frame.position() - code > LONGEST_RUN;
      if (content[i] == 0 || full) {
        frame.put(code, (byte) (frame.position() - code));
        code = frame.position();
        if (full && i == content.length - 1) {
          return;
        }
        frame.position(code + 1);
      }
    }
    frame.put(code, (byte) (frame.position() - code));
  }

  /**
   * Header and payload of a frame.
   *
   * @param stuffed what was between two delimiters
   * @return nothing when the frame is damaged or too short to have a header
   */
  public static Optional<byte[]> decode(byte[] stuffed) {
    ByteBuffer content = ByteBuffer.allocate(stuffed.length).order(ByteOrder.LITTLE_ENDIAN);
    int next = 0;
    while (next < stuffed.length) {
      int code = stuffed[next] & 0xff;
      int end = next + code;
      if (code == 0 || end > stuffed.length) {
        return Optional.empty();
      }
      content.put(stuffed, next + 1, code - 1);
      if (code <= LONGEST_RUN && end < stuffed.length) {
        content.put((byte) 0);
      }
      next = end;
    }
    int covered = content.position() - LinkProtocol.CRC_BYTES;
    if (covered < LinkProtocol.HEADER_BYTES) {
      return Optional.empty();
    }
    CRC32C crc = new CRC32C();
    crc.update(content.array(), 0, covered);
    return content.getInt(covered) == (int) crc.getValue()
        ? Optional.of(Arrays.copyOf(content.array(), covered))
        : Optional.empty();
  }
}

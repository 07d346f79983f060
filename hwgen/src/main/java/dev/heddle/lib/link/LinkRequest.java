package dev.heddle.lib.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A request of a host, as in {@link LinkProtocol}.
 *
 * @param number 0 to 255
 * @param operation number of a {@link LinkOperation}; one that does not exist can be sent as well
 * @param length bytes wanted by a read, else those of the payload
 * @param address what the operation takes it for
 * @param payload the bytes after the header; not changed afterwards
 */
public record LinkRequest(int number, int operation, int length, int address, byte[] payload) {
  public LinkRequest {
    if (number < 0 || number >= LinkProtocol.NUMBERS) {
      throw new IllegalArgumentException("a request has a number of 0 to 255, not " + number);
    }
    if (length < 0 || length > 0xffff) {
      throw new IllegalArgumentException("the length of a request has 16 bits, not " + length);
    }
  }

  /** A request with a payload. */
  public static LinkRequest of(int number, LinkOperation operation, long address, byte[] payload) {
    return new LinkRequest(number, operation.code(), payload.length, unsigned(address), payload);
  }

  /** A request of {@code length} bytes. */
  public static LinkRequest read(int number, LinkOperation operation, long address, int length) {
    return new LinkRequest(number, operation.code(), length, unsigned(address), new byte[0]);
  }

  private static int unsigned(long address) {
    if (address < 0 || address > 0xffff_ffffL) {
      throw new IllegalArgumentException(
          "the address of a request has 32 bits, not 0x%x".formatted(address));
    }
    return (int) address;
  }

  /** Header and payload as they are in a frame. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(LinkProtocol.HEADER_BYTES + payload.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) number)
        .put((byte) operation)
        .putShort((short) length)
        .putInt(address)
        .put(payload)
        .array();
  }

  /** The request that header and payload of a frame say. */
  public static LinkRequest of(byte[] content) {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int number = bytes.get() & 0xff;
    int operation = bytes.get() & 0xff;
    int length = bytes.getShort() & 0xffff;
    int address = bytes.getInt();
    return new LinkRequest(
        number,
        operation,
        length,
        address,
        Arrays.copyOfRange(content, LinkProtocol.HEADER_BYTES, content.length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinkRequest that && Arrays.equals(toBytes(), that.toBytes());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(toBytes());
  }

  @Override
  public String toString() {
    String name = LinkOperation.of(operation).map(Enum::name).orElse("operation " + operation);
    return "request %d %s of %d bytes at 0x%x [%s]"
        .formatted(number, name, length, address, HexFormat.of().formatHex(payload));
  }
}

package dev.heddle.lib.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A reply of a board, as in {@link LinkProtocol}.
 *
 * @param number of the request
 * @param operation of the request, its low 4 bits
 * @param status how it ended
 * @param interrupt whether the interrupt of the machine is up
 * @param base first number that was not yet carried out
 * @param credit requests that the host may have without reply
 * @param applied bit {@code i}: {@code base + i} was carried out
 * @param payload the bytes after the header; not changed afterwards
 */
public record LinkReply(
    int number,
    int operation,
    LinkStatus status,
    boolean interrupt,
    int base,
    int credit,
    int applied,
    byte[] payload) {
  /** Bits of the number of the operation in the second byte of a reply. */
  public static final int OPERATION_BITS = 4;

  /** Bits of the status above them; the interrupt is the bit above both. */
  public static final int STATUS_BITS = 3;

  /**
   * Whether the request with {@code number}, at most a window before the newest, was carried out.
   */
  public boolean hasApplied(int number) {
    int distance = LinkProtocol.distance(base, number);
    return distance < LinkProtocol.MAX_WINDOW
        ? (applied >>> distance & 1) == 1
        : distance >= LinkProtocol.NUMBERS / 2;
  }

  /** Header and payload as they are in a frame. */
  public byte[] toBytes() {
    int kind = operation | status.code() << OPERATION_BITS;
    int level = interrupt ? 1 << OPERATION_BITS + STATUS_BITS : 0;
    return ByteBuffer.allocate(LinkProtocol.HEADER_BYTES + payload.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) number)
        .put((byte) (kind | level))
        .put((byte) base)
        .put((byte) credit)
        .putInt(applied)
        .put(payload)
        .array();
  }

  /**
   * The reply that header and payload of a frame say.
   *
   * @return nothing when it has a status that does not exist
   */
  public static Optional<LinkReply> of(byte[] content) {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int number = bytes.get() & 0xff;
    int kind = bytes.get() & 0xff;
    int base = bytes.get() & 0xff;
    int credit = bytes.get() & 0xff;
    int applied = bytes.getInt();
    byte[] payload = Arrays.copyOfRange(content, LinkProtocol.HEADER_BYTES, content.length);
    int operation = kind & (1 << OPERATION_BITS) - 1;
    boolean interrupt = kind >> OPERATION_BITS + STATUS_BITS == 1;
    return LinkStatus.of(kind >> OPERATION_BITS & (1 << STATUS_BITS) - 1)
        .map(
            status ->
                new LinkReply(
                    number, operation, status, interrupt, base, credit, applied, payload));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinkReply that && Arrays.equals(toBytes(), that.toBytes());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(toBytes());
  }

  @Override
  public String toString() {
    return "reply %d of operation %d: %s, base %d, credit %d, applied %08x%s [%s]"
        .formatted(
            number,
            operation,
            status,
            base,
            credit,
            applied,
            interrupt ? ", interrupt" : "",
            HexFormat.of().formatHex(payload));
  }
}

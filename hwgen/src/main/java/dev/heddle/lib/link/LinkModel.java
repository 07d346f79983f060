package dev.heddle.lib.link;

import dev.heddle.lib.UartPeriod;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a board does with the bytes of the line, in plain Java: the model that the bridge in
 * hardware is held against, and a board without hardware for the tests of the host.
 *
 * <p>Time does not pass here: a change of the rate is told to whoever asks ({@link #description}),
 * who has to go back if nothing comes.
 */
public final class LinkModel {
  private static final int CHECK_CHUNK = 4096;

  private final LinkTarget target;
  private final ByteArrayOutputStream frame = new ByteArrayOutputStream();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private LinkDescription description;
  private int base;
  private int applied;
  private boolean interrupt;
  private long dropped;

  /**
   * A board after its start.
   *
   * @param description what it says of itself
   */
  public LinkModel(LinkDescription description, LinkTarget target) {
    this.description = description;
    this.target = target;
  }

  /** What the board says of itself now. */
  public LinkDescription description() {
    return description;
  }

  /** Frames that were damaged, too short or too long. */
  public long dropped() {
    return dropped;
  }

  /** Takes a byte from the line. */
  public void receive(byte value) {
    if (value != LinkProtocol.DELIMITER) {
      frame.write(value);
      return;
    }
    if (frame.size() > 0) {
      byte[] stuffed = frame.toByteArray();
      frame.reset();
      Optional<byte[]> content =
          LinkFrame.decode(stuffed)
              .filter(c -> c.length <= LinkProtocol.HEADER_BYTES + description.payload());
      content.ifPresentOrElse(c -> answer(LinkRequest.of(c)), () -> dropped++);
    }
  }

  /** Takes what the board has sent since the last call. */
  public byte[] send() {
    boolean up = target.interrupt();
    if (up && !interrupt) {
      reply(0, 0, LinkStatus.INTERRUPT, new byte[0]);
    }
    interrupt = up;
    byte[] bytes = sent.toByteArray();
    sent.reset();
    return bytes;
  }

  private void answer(LinkRequest request) {
    Optional<LinkOperation> known = LinkOperation.of(request.operation());
    if (known.isEmpty()) {
      reply(request, LinkStatus.UNKNOWN_OPERATION, new byte[0]);
      return;
    }
    LinkOperation operation = known.get();
    if (!lengthFits(operation, request)) {
      reply(request, LinkStatus.BAD_LENGTH, new byte[0]);
    } else if (operation == LinkOperation.HELLO) {
      hello(request);
    } else {
      answerNumbered(operation, request);
    }
  }

  private void answerNumbered(LinkOperation operation, LinkRequest request) {
    int distance = LinkProtocol.distance(base, request.number());
    boolean old = distance >= LinkProtocol.NUMBERS / 2;
    if (description.session() == 0 || !old && distance >= description.window()) {
      reply(request, LinkStatus.UNEXPECTED, new byte[0]);
      return;
    }
    boolean again = old || (applied >>> distance & 1) == 1;
    if (again && !operation.repeatable()) {
      reply(request, LinkStatus.REPEATED, new byte[0]);
      return;
    }
    if (operation == LinkOperation.CHECK
        && LinkWord.decode(request.payload()) >>> LinkProtocol.CHECK_BITS != 0) {
      reply(request, LinkStatus.BAD_LENGTH, new byte[0]);
      return;
    }
    try {
      byte[] payload = carryOut(operation, request);
      if (!again) {
        applied |= 1 << distance;
        while ((applied & 1) == 1) {
          applied >>>= 1;
          base = (base + 1) % LinkProtocol.NUMBERS;
        }
      }
      reply(request, LinkStatus.DONE, payload);
    } catch (LinkTarget.BusError e) {
      reply(request, LinkStatus.BUS_ERROR, LinkWord.encode(e.address()));
    }
  }

  private boolean lengthFits(LinkOperation operation, LinkRequest request) {
    int length = request.length();
    int down = request.payload().length;
    return switch (operation) {
      case HELLO, RESET -> length == 0 && down == 0;
      case READ -> length > 0 && length <= description.payload() && down == 0;
      case WRITE -> length > 0 && length == down;
      case READ_REGISTER -> length == 4 && down == 0;
      case WRITE_REGISTER, CHECK, RATE -> length == 4 && down == 4;
      case LOOPBACK -> length == down;
    };
  }

  private void hello(LinkRequest request) {
    if (request.address() != 0) {
      base = 0;
      applied = 0;
      description =
          new LinkDescription(
              description.payload(),
              description.window(),
              request.address(),
              description.clockHz(),
              description.period(),
              description.memoryBytes());
    }
    reply(request, LinkStatus.DONE, description.toBytes());
  }

  private byte[] carryOut(LinkOperation operation, LinkRequest request) {
    long address = Integer.toUnsignedLong(request.address());
    byte[] payload = request.payload();
    switch (operation) {
      case READ -> {
        ByteBuffer read = ByteBuffer.allocate(request.length());
        target.readMemory(address, read);
        return read.array();
      }
      case WRITE -> target.writeMemory(address, ByteBuffer.wrap(payload));
      case READ_REGISTER -> {
        return LinkWord.encode(target.readRegister(request.address()));
      }
      case WRITE_REGISTER -> target.writeRegister(request.address(), LinkWord.decode(payload));
      case CHECK -> {
        return LinkWord.encode(
            crcOfMemory(address, Integer.toUnsignedLong(LinkWord.decode(payload))));
      }
      case LOOPBACK -> {
        return payload;
      }
      case RATE ->
          description =
              new LinkDescription(
                  description.payload(),
                  description.window(),
                  description.session(),
                  description.clockHz(),
                  LinkWord.decode(payload) & (1 << UartPeriod.BITS) - 1,
                  description.memoryBytes());
      case RESET -> target.reset();
      case HELLO -> throw new AssertionError("has no number");
    }
    return new byte[0];
  }

  private int crcOfMemory(long address, long count) {
    CRC32C crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocate(CHECK_CHUNK);
    for (long done = 0; done < count; done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(CHECK_CHUNK, count - done));
      target.readMemory(address + done, chunk);
      crc.update(chunk.flip());
    }
    return (int) crc.getValue();
  }

  private void reply(LinkRequest request, LinkStatus status, byte[] payload) {
    int operation = request.operation() & (1 << LinkReply.OPERATION_BITS) - 1;
    reply(request.number(), operation, status, payload);
  }

  private void reply(int number, int operation, LinkStatus status, byte[] payload) {
    LinkReply reply =
        new LinkReply(
            number,
            operation,
            status,
            target.interrupt(),
            base,
            description.window(),
            applied,
            payload);
    sent.writeBytes(LinkFrame.encode(reply.toBytes()));
  }
}

package dev.heddle.host.link;

import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkFrame;
import dev.heddle.lib.link.LinkOperation;
import dev.heddle.lib.link.LinkProtocol;
import dev.heddle.lib.link.LinkReply;
import dev.heddle.lib.link.LinkRequest;
import dev.heddle.lib.link.LinkStatus;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A line with frames on it: opened, again when it was lost, at the rate that both sides have. What
 * is a frame to send is the caller's choice; whether the board hears it is not known here.
 */
final class FramedLine implements AutoCloseable {
  /** How long a request is waited for at least, beside the time it takes on the line. */
  static final long LEAST_TIMEOUT_NANOS = 40_000_000;

  private static final int BITS_OF_A_BYTE = 10;
  private static final int CHUNK = 1 << 16;
  private static final int LONGEST_FRAME = 2 * LinkProtocol.MAX_PAYLOAD;

  private final SerialLine.Opener opener;
  private final ByteArrayOutputStream frame = new ByteArrayOutputStream();
  private final ByteBuffer in = ByteBuffer.allocate(CHUNK);
  private final int firstBaud;
  private SerialLine line;
  private ByteBuffer out = ByteBuffer.allocate(0);

  /** The rate that was changed to; a line that is opened again needs it. */
  private OptionalInt rate = OptionalInt.empty();

  private long received;
  private long damaged;
  private boolean heardAnything;

  /**
   * Opens a line.
   *
   * @throws LineLostException when it is not there
   */
  FramedLine(SerialLine.Opener opener) {
    this.opener = opener;
    line = opener.open();
    firstBaud = line.baud();
  }

  /** Closes the line and opens it again; frames on their way are gone. */
  void reopen() {
    line.close();
    frame.reset();
    out = ByteBuffer.allocate(0);
    line = opener.open();
    rate.ifPresent(line::setBaud);
  }

  /** Sound frames received. */
  long received() {
    return received;
  }

  /** Frames received that were not sound. */
  long damaged() {
    return damaged;
  }

  String name() {
    return line.name();
  }

  long nanoTime() {
    return line.nanoTime();
  }

  int baud() {
    return line.baud();
  }

  /** The rate of before the first change. */
  int firstBaud() {
    return firstBaud;
  }

  /** Changes the rate of this side. */
  void setBaud(int baud) {
    line.setBaud(baud);
    rate = baud == firstBaud ? OptionalInt.empty() : OptionalInt.of(baud);
  }

  /** How long bytes take on the line. */
  long nanos(int bytes) {
    return line.baud() == 0 ? 0 : 1_000_000_000L * BITS_OF_A_BYTE * bytes / line.baud();
  }

  /** Whether a frame is not yet on its way to its last byte. */
  boolean isSending() {
    return out.hasRemaining();
  }

  /** Begins to send a frame, in place of what is not yet on its way. */
  void begin(LinkRequest request) {
    out = ByteBuffer.wrap(LinkFrame.encode(request.toBytes()));
  }

  /** Sends as much as the line takes now; returns the number of bytes. */
  int send() {
    return line.write(out);
  }

  /** Waits until something has come or, while a frame is being sent, the line takes more of it. */
  void await(long nanos) {
    line.await(out.hasRemaining(), nanos);
  }

  /** Waits until something has come. */
  void listen(long nanos) {
    line.await(false, nanos);
  }

  /**
   * Takes what has come.
   *
   * @param taker gets each reply
   * @return whether anything had come
   */
  boolean receive(Consumer<LinkReply> taker) {
    in.clear();
    if (line.read(in) == 0) {
      return false;
    }
    heardAnything = true;
    in.flip();
    while (in.hasRemaining()) {
      byte value = in.get();
      if (value != LinkProtocol.DELIMITER) {
        // What never ends is no frame: only so much of it is kept that it is not taken for one.
        if (frame.size() < LONGEST_FRAME) {
          frame.write(value);
        }
      } else if (frame.size() > 0) {
        Optional<LinkReply> reply = LinkFrame.decode(frame.toByteArray()).flatMap(LinkReply::of);
        frame.reset();
        received += reply.isPresent() ? 1 : 0;
        damaged += reply.isPresent() ? 0 : 1;
        reply.ifPresent(taker);
      }
    }
    return true;
  }

  /**
   * Asks the board who it is, again and again.
   *
   * @param session number of a session to begin; 0 leaves the one that there is
   * @param patience how long
   * @return empty when nobody has answered
   * @throws TransportException when the answer is no Heddle board's, or the thread is interrupted
   */
  Optional<LinkDescription> hello(int session, Duration patience) {
    LinkRequest request =
        LinkRequest.read(0, LinkOperation.HELLO, Integer.toUnsignedLong(session), 0);
    long giveUp = line.nanoTime() + patience.toNanos();
    while (line.nanoTime() < giveUp) {
      begin(request);
      long resend = line.nanoTime() + LEAST_TIMEOUT_NANOS + 2 * nanos(LinkDescription.BYTES);
      while (line.nanoTime() < resend) {
        if (isSending()) {
          send();
        }
        await(Math.max(0, resend - line.nanoTime()));
        Optional<LinkDescription> description = description();
        if (description.isPresent() && (session == 0 || description.get().session() == session)) {
          out = ByteBuffer.allocate(0);
          return description;
        }
      }
      requireUninterrupted();
    }
    return Optional.empty();
  }

  /** The last description among what has come. */
  private Optional<LinkDescription> description() {
    List<LinkDescription> heard = new ArrayList<>();
    receive(
        reply -> {
          if (reply.operation() == LinkOperation.HELLO.code()
              && reply.status() == LinkStatus.DONE) {
            heard.add(describe(reply));
          }
        });
    return heard.stream().reduce((first, last) -> last);
  }

  private LinkDescription describe(LinkReply reply) {
    try {
      return LinkDescription.of(reply.payload());
    } catch (IllegalArgumentException e) {
      throw new TransportException("%s: %s".formatted(line.name(), e.getMessage()), e);
    }
  }

  /** What to say when nobody answers. */
  TransportException nobody() {
    String where = line.name() + (line.baud() == 0 ? "" : " at " + line.baud() + " baud");
    return new TransportException(
        heardAnything
            ? "no board answers on %s, and what is heard makes no sense; check that it is the right port, that both have the same rate, and the levels of the line"
                .formatted(where)
            : "no board answers on %s, nothing is heard at all; check that it is the right port, that the board has power and is programmed, that both have the same rate, and that RX is connected to TX and TX to RX"
                .formatted(where));
  }

  /** Lets nobody wait for a board that is silent who does not want to any more. */
  static void requireUninterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new TransportException("the wait for the board was interrupted");
    }
  }

  @Override
  public void close() {
    line.close();
    opener.close();
  }
}

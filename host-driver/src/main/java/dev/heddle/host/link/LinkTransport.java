package dev.heddle.host.link;

import dev.heddle.host.transport.CardRange;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportDescription;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkOperation;
import dev.heddle.lib.link.LinkWord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * A board at the end of a line of bytes: a serial port, or anything that behaves like one.
 *
 * <p>Writes to card memory are posted: {@link #writeBlock} returns when the last byte is on its
 * way, so that the latency of the host is not in the way of the next write. A call that could see
 * the difference waits for them: one that reads or writes the same bytes, and every access to a
 * register. What the board refuses of them is thrown by the next call.
 */
public final class LinkTransport implements Transport {
  /** Between two questions for the level of the interrupt, which a lost frame may have hidden. */
  private static final long ASK_NANOS = 50_000_000;

  private static final int CHECK_BYTES = 1 << 16;

  private final LinkSession session;
  private boolean closed;

  /**
   * Begins a session with the board at the end of a line.
   *
   * @param opener opens the line, and again when it was lost; closed with the transport
   * @throws TransportException when there is no line or no board
   */
  public LinkTransport(SerialLine.Opener opener) {
    this(opener, OptionalInt.empty());
  }

  /**
   * Begins a session with the board at the end of a line, which a program that did not end as it
   * should may have left at another rate.
   *
   * @param opener opens the line, and again when it was lost
   * @param strayBaud the other rate; a board that is found at it stays there until the end
   * @throws TransportException when there is no line or no board
   */
  public LinkTransport(SerialLine.Opener opener, OptionalInt strayBaud) {
    session = new LinkSession(opener, strayBaud);
  }

  /**
   * Asks the board at the end of a line who it is, and leaves it as it was.
   *
   * @param patience how long nobody may answer, in the time of the line
   * @return empty when nobody has answered
   * @throws TransportException when the line is not there, or who answers is no board
   */
  public static Optional<LinkDescription> ask(SerialLine.Opener opener, Duration patience) {
    try (FramedLine line = new FramedLine(opener)) {
      return line.hello(0, patience);
    } catch (LineLostException e) {
      throw new TransportException(e.getMessage(), e);
    }
  }

  /** What the board says of itself. */
  public LinkDescription board() {
    return session.board();
  }

  /** The time of the line in nanoseconds, from an arbitrary start. */
  public long nanoTime() {
    return session.nanoTime();
  }

  /** What happened on the link so far. */
  public LinkStatistics statistics() {
    return session.statistics();
  }

  /**
   * Changes the rate of the line on both sides; when the board is not heard at the new one, both go
   * back.
   *
   * @throws TransportException when the board cannot make the rate, or is not heard at it
   */
  public void setBaud(int baud) {
    requireOpen();
    session.setBaud(baud);
  }

  @Override
  public int read32(int offset) {
    return LinkWord.decode(
        session.call(LinkOperation.READ_REGISTER, register(offset), new byte[0], Integer.BYTES));
  }

  @Override
  public void write32(int offset, int value) {
    session.call(LinkOperation.WRITE_REGISTER, register(offset), LinkWord.encode(value), 0);
  }

  private long register(int offset) {
    requireOpen();
    if (offset % Integer.BYTES != 0) {
      throw new TransportException("there is no register at 0x%x".formatted(offset));
    }
    return Integer.toUnsignedLong(offset);
  }

  @Override
  public void readBlock(long address, ByteBuffer target) {
    requireOpen();
    int bytes = target.remaining();
    CardRange.require(address, bytes, board().memoryBytes());
    session.drainWrites(address, address + bytes);
    ByteBuffer place = target.slice();
    for (int done = 0; done < bytes; ) {
      int chunk = Math.min(board().payload(), bytes - done);
      session.send(
          Exchange.fetching(
              LinkOperation.READ,
              address + done,
              chunk,
              (at, payload) -> place.put((int) (at - address), payload)));
      done += chunk;
    }
    session.drain();
    target.position(target.limit());
  }

  @Override
  public void writeBlock(long address, ByteBuffer source) {
    requireOpen();
    int bytes = source.remaining();
    CardRange.require(address, bytes, board().memoryBytes());
    session.drainWrites(address, address + bytes);
    for (int done = 0; done < bytes; ) {
      byte[] chunk = new byte[Math.min(board().payload(), bytes - done)];
      source.get(chunk);
      session.send(
          Exchange.sending(LinkOperation.WRITE, address + done, chunk, Exchange.Receiver.NONE));
      done += chunk.length;
    }
  }

  /** The board computes a CRC-32C of each piece, so that the bytes need not cross the line. */
  @Override
  public Optional<BitSet> held(long address, ByteBuffer content, int pieceBytes) {
    requireOpen();
    int bytes = content.remaining();
    CardRange.require(address, bytes, board().memoryBytes());
    session.drainWrites(address, address + bytes);
    BitSet held = new BitSet();
    for (int at = 0; at < bytes; at += pieceBytes) {
      int piece = at / pieceBytes;
      int length = Math.min(pieceBytes, bytes - at);
      CRC32C crc = new CRC32C();
      crc.update(content.slice(content.position() + at, length));
      session.send(
          Exchange.sending(
              LinkOperation.CHECK,
              address + at,
              LinkWord.encode(length),
              (from, found) -> held.set(piece, LinkWord.decode(found) == (int) crc.getValue())));
    }
    session.drain();
    return Optional.of(held);
  }

  /** Whether card memory from {@code address} on has what remains of {@code content}. */
  public boolean holds(long address, ByteBuffer content) {
    int pieces = (content.remaining() + CHECK_BYTES - 1) / CHECK_BYTES;
    return held(address, content, CHECK_BYTES).orElseThrow().cardinality() == pieces;
  }

  @Override
  public boolean awaitInterrupt(Duration timeout) {
    requireOpen();
    session.drain();
    long deadline = session.nanoTime() + timeout.toNanos();
    while (true) {
      if (Thread.currentThread().isInterrupted()) {
        throw new TransportException("the wait for the machine was interrupted");
      }
      session.call(LinkOperation.LOOPBACK, 0, new byte[0], 0);
      long asked = session.nanoTime();
      while (!session.interrupt() && session.nanoTime() < Math.min(deadline, asked + ASK_NANOS)) {
        session.listen(Math.min(deadline, asked + ASK_NANOS) - session.nanoTime());
      }
      if (session.interrupt()) {
        return true;
      }
      if (session.nanoTime() >= deadline) {
        return false;
      }
    }
  }

  @Override
  public void reset() {
    requireOpen();
    session.call(LinkOperation.RESET, 0, new byte[0], 0);
  }

  @Override
  public TransportDescription describe() {
    requireOpen();
    LinkDescription board = board();
    String rate =
        board.period() == 0
            ? ""
            : " at %d baud".formatted(UartPeriod.baud(board.clockHz(), board.period()));
    return new TransportDescription(
        "uart",
        "board with a clock of %.1f MHz on %s%s"
            .formatted(board.clockHz() / 1e6, session.name(), rate),
        board.memoryBytes());
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the link is closed");
    }
  }

  /**
   * Waits for what was posted, unless the board is lost, gives the line its first rate, and ends
   * the session.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try (session) {
        if (!session.isOver()) {
          session.drain();
          session.restoreBaud();
        }
      }
    }
  }
}

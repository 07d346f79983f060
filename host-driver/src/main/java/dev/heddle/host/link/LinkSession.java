package dev.heddle.host.link;

import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkFrame;
import dev.heddle.lib.link.LinkOperation;
import dev.heddle.lib.link.LinkProtocol;
import dev.heddle.lib.link.LinkReply;
import dev.heddle.lib.link.LinkRequest;
import dev.heddle.lib.link.LinkStatus;
import dev.heddle.lib.link.LinkWord;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Gets requests to a board and their replies back over a line that loses, changes and doubles
 * bytes, or is unplugged: each is carried out exactly once, in the order of {@link LinkProtocol}.
 *
 * <p>Requests are sent as far as window and credit allow. A line does not reorder, so the reply to
 * one says that all sent before it arrived or were lost: those are sent again at once, and nothing
 * else is. Only when nothing comes at all does the oldest go again after a time-out. Transfers
 * become shorter while frames are lost, down to {@value #SHORTEST} bytes, and longer while they
 * arrive: at a loss of one frame in five the length stays.
 *
 * <p>A line that is lost is opened again for {@link #PATIENCE}; the session goes on with it, unless
 * the board was started anew meanwhile. So long it may also be silent.
 */
final class LinkSession implements AutoCloseable {
  /** How long a board may be silent, or its line be gone, before it is given up. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final Duration RATE_TRIAL = Duration.ofMillis(LinkProtocol.RATE_TRIAL_MILLIS);
  private static final int SHORTEST = 32;
  private static final long LEAST_TIMEOUT_NANOS = 40_000_000;
  private static final long MOST_TIMEOUT_NANOS = 160_000_000;
  private static final long REOPEN_NANOS = 100_000_000;
  private static final int BITS_OF_A_BYTE = 10;
  private static final int CHUNK = 1 << 16;
  private static final int LONGEST_FRAME = 2 * LinkProtocol.MAX_PAYLOAD;

  private final SerialLine.Opener opener;
  private final Deque<Exchange> waiting = new ArrayDeque<>();
  private final List<Exchange> outstanding = new ArrayList<>();
  private final ByteArrayOutputStream frame = new ByteArrayOutputStream();
  private final ByteBuffer in = ByteBuffer.allocate(CHUNK);
  private SerialLine line;
  private ByteBuffer out = ByteBuffer.allocate(0);
  private LinkDescription board;
  private int firstBaud;

  /** The rate that was changed to; a line that is opened again needs it. */
  private OptionalInt rate = OptionalInt.empty();

  private int next;
  private int credit;
  private int limit;
  private boolean interrupt;
  private long order;
  private long lastSound;
  private long quietFrom;
  private long timeout = LEAST_TIMEOUT_NANOS;
  private String failure;
  private String end;
  private long sent;
  private long repeated;
  private long received;
  private long damaged;
  private long timeouts;
  private long reconnects;

  /**
   * Begins a session.
   *
   * @throws TransportException when there is no line, or no board at its end
   */
  LinkSession(SerialLine.Opener opener) {
    this.opener = opener;
    try {
      line = opener.open();
    } catch (LineLostException e) {
      throw new TransportException(e.getMessage(), e);
    }
    try {
      int number = new SplittableRandom().nextInt(1, Integer.MAX_VALUE);
      board = hello(number, PATIENCE).orElseThrow(this::nobody);
    } catch (RuntimeException e) {
      line.close();
      throw e instanceof LineLostException ? new TransportException(e.getMessage(), e) : e;
    }
    credit = board.window();
    limit = board.payload();
    firstBaud = line.baud();
  }

  /** What the board says of itself. */
  LinkDescription board() {
    return board;
  }

  String name() {
    return line.name();
  }

  LinkStatistics statistics() {
    return new LinkStatistics(sent, repeated, received, damaged, timeouts, reconnects);
  }

  /** The interrupt, as the last frame had it. */
  boolean interrupt() {
    return interrupt;
  }

  /** Time of the line, in nanoseconds. */
  long nanoTime() {
    return line.nanoTime();
  }

  /** Whether the session is over, for a reason that was thrown. */
  boolean isOver() {
    return end != null;
  }

  /** Sends a request; returns when it is on its way. */
  void send(Exchange exchange) {
    throwFailure();
    waiting.add(exchange);
    pump(waiting::isEmpty);
  }

  /** Waits until the board has carried out everything. */
  void drain() {
    pump(() -> waiting.isEmpty() && outstanding.isEmpty());
    throwFailure();
  }

  /** Waits while requests that write a byte of {@code [from, to)} are on their way. */
  void drainWrites(long from, long to) {
    pump(
        () ->
            Stream.concat(waiting.stream(), outstanding.stream())
                .noneMatch(exchange -> exchange.writes(from, to)));
  }

  /** Sends a request alone and waits for its reply. */
  byte[] call(LinkOperation operation, long address, byte[] payload, int length) {
    drain();
    byte[][] reply = new byte[1][];
    Exchange.Receiver receiver = (at, bytes) -> reply[0] = bytes;
    send(
        payload.length > 0
            ? Exchange.sending(operation, address, payload, receiver)
            : Exchange.fetching(operation, address, length, receiver));
    drain();
    return reply[0];
  }

  /** Changes the rate on both sides, or leaves both as they were. */
  void setBaud(int baud) {
    int before = line.baud();
    int period;
    try {
      period = UartPeriod.of(board.clockHz(), baud);
    } catch (IllegalArgumentException e) {
      throw new TransportException("the board cannot have this rate: " + e.getMessage(), e);
    }
    call(LinkOperation.RATE, 0, LinkWord.encode(period), 0);
    try {
      line.setBaud(baud);
    } catch (LineLostException e) {
      line.setBaud(before);
      hello();
      throw new TransportException(e.getMessage(), e);
    }
    Optional<LinkDescription> heard = hello(0, RATE_TRIAL);
    if (heard.isEmpty()) {
      line.setBaud(before);
      hello();
      throw new TransportException(
          "the board is not heard at %d baud, only at %d; stay there, or shorten the cable"
              .formatted(baud, before));
    }
    board = heard.get();
    rate = OptionalInt.of(baud);
  }

  /** Gives the line the rate again that programs expect of the board. */
  void restoreBaud() {
    if (rate.isPresent()) {
      setBaud(firstBaud);
      rate = OptionalInt.empty();
    }
  }

  /** Takes what has come, waiting at most so long for more. */
  void listen(long nanos) {
    try {
      line.await(false, nanos);
      receive();
    } catch (LineLostException e) {
      reconnect(e);
    }
  }

  private void throwFailure() {
    if (failure != null) {
      String message = failure;
      failure = null;
      throw new TransportException(message);
    }
  }

  // ---- the two directions

  private void pump(BooleanSupplier done) {
    if (end != null) {
      throw new TransportException(end);
    }
    lastSound = line.nanoTime();
    while (!done.getAsBoolean()) {
      try {
        boolean moved = receive() | transmit();
        if (!moved && !done.getAsBoolean()) {
          long now = line.nanoTime();
          long deadline = quietFrom + timeout + 4 * nanos(LinkProtocol.contentBytes(limit));
          if (now < deadline) {
            line.await(out.hasRemaining(), deadline - now);
          } else {
            timeOut(now);
          }
        }
      } catch (LineLostException e) {
        reconnect(e);
      }
    }
  }

  private boolean transmit() {
    boolean moved = false;
    while (true) {
      if (!out.hasRemaining()) {
        Optional<Exchange> chosen = nextToSend();
        if (chosen.isEmpty()) {
          return moved;
        }
        put(chosen.get());
      }
      int bytes = line.write(out);
      if (bytes == 0) {
        return moved;
      }
      quietFrom = Math.max(quietFrom, line.nanoTime()) + nanos(bytes);
      moved = true;
    }
  }

  private Optional<Exchange> nextToSend() {
    for (Exchange exchange : outstanding) {
      if (exchange.lost) {
        if (exchange.canSplit(limit)) {
          waiting.addFirst(exchange.split(limit));
        }
        return Optional.of(exchange);
      }
    }
    if (waiting.isEmpty() || !windowHasRoom()) {
      return Optional.empty();
    }
    Exchange exchange = waiting.remove();
    if (exchange.canSplit(limit)) {
      waiting.addFirst(exchange.split(limit));
    }
    exchange.number = next;
    next = (next + 1) % LinkProtocol.NUMBERS;
    outstanding.add(exchange);
    return Optional.of(exchange);
  }

  private boolean windowHasRoom() {
    return outstanding.isEmpty()
        || outstanding.size() < Math.min(credit, board.window())
            && LinkProtocol.distance(outstanding.get(0).number, next) < board.window();
  }

  private void put(Exchange exchange) {
    boolean again = exchange.lost;
    exchange.lost = false;
    exchange.order = order++;
    out = ByteBuffer.wrap(LinkFrame.encode(exchange.request().toBytes()));
    sent++;
    repeated += again ? 1 : 0;
  }

  /** How long bytes take on the line. */
  private long nanos(int bytes) {
    return line.baud() == 0 ? 0 : 1_000_000_000L * BITS_OF_A_BYTE * bytes / line.baud();
  }

  private boolean receive() {
    in.clear();
    if (line.read(in) == 0) {
      return false;
    }
    quietFrom = Math.max(quietFrom, line.nanoTime());
    in.flip();
    takeFrames(this::accept);
    return true;
  }

  private void takeFrames(Consumer<LinkReply> taker) {
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
  }

  private void accept(LinkReply reply) {
    lastSound = line.nanoTime();
    interrupt = reply.interrupt();
    if (reply.status() == LinkStatus.INTERRUPT) {
      return;
    }
    credit = Math.max(1, reply.credit());
    Optional<Exchange> answered =
        outstanding.stream()
            .filter(e -> e.number == reply.number() && e.operation().code() == reply.operation())
            .findFirst();
    answered.ifPresent(exchange -> accept(exchange, reply));
    outstanding.removeIf(e -> !e.operation().repeatable() && reply.hasApplied(e.number));
  }

  private void accept(Exchange exchange, LinkReply reply) {
    for (Exchange earlier : outstanding) {
      boolean needed = earlier.operation().repeatable() || !reply.hasApplied(earlier.number);
      if (earlier.order < exchange.order && needed) {
        lose(earlier);
      }
    }
    if (reply.status().succeeded()) {
      outstanding.remove(exchange);
      exchange.complete(reply.payload());
      limit = Math.min(board.payload(), limit + limit / 8);
      timeout = Math.max(LEAST_TIMEOUT_NANOS, timeout - timeout / 64);
    } else if (reply.status() == LinkStatus.UNEXPECTED) {
      throw startedAnew();
    } else {
      failure =
          "the board refused %s with %s%s".formatted(exchange, reply.status(), whereRefused(reply));
      exchange.makeVoid();
      exchange.lost = true;
    }
  }

  private static String whereRefused(LinkReply reply) {
    return reply.status() == LinkStatus.BUS_ERROR && reply.payload().length == Integer.BYTES
        ? " at 0x%08x".formatted(LinkWord.decode(reply.payload()))
        : "";
  }

  private void lose(Exchange exchange) {
    if (!exchange.lost) {
      exchange.lost = true;
      limit = Math.max(Math.min(SHORTEST, board.payload()), limit / 2);
    }
  }

  private void timeOut(long now) {
    if (now - lastSound > PATIENCE.toNanos()) {
      throw ended(
          "%s has been silent for %d s; check that the board has power and is programmed, and start again"
              .formatted(line.name(), PATIENCE.toSeconds()),
          null);
    }
    requireUninterrupted();
    timeouts++;
    timeout = Math.min(MOST_TIMEOUT_NANOS, 2 * timeout);
    quietFrom = now;
    outstanding.stream()
        .filter(exchange -> !exchange.lost)
        .min((a, b) -> Long.compare(a.order, b.order))
        .ifPresent(this::lose);
  }

  // ---- the beginning, and a line that was lost

  private LinkDescription hello() {
    return hello(0, PATIENCE).orElseThrow(this::nobody);
  }

  private Optional<LinkDescription> hello(int session, Duration patience) {
    LinkRequest request =
        LinkRequest.read(0, LinkOperation.HELLO, Integer.toUnsignedLong(session), 0);
    long giveUp = line.nanoTime() + patience.toNanos();
    while (line.nanoTime() < giveUp) {
      out = ByteBuffer.wrap(LinkFrame.encode(request.toBytes()));
      long resend = line.nanoTime() + LEAST_TIMEOUT_NANOS + 2 * nanos(LinkDescription.BYTES);
      while (line.nanoTime() < resend) {
        if (out.hasRemaining()) {
          line.write(out);
        }
        Optional<LinkDescription> description = hear(resend);
        if (description.isPresent() && (session == 0 || description.get().session() == session)) {
          out = ByteBuffer.allocate(0);
          lastSound = line.nanoTime();
          return description;
        }
      }
      requireUninterrupted();
    }
    return Optional.empty();
  }

  /** Lets nobody wait for a board that is silent who does not want to any more. */
  private static void requireUninterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new TransportException("the wait for the board was interrupted");
    }
  }

  private TransportException nobody() {
    return new TransportException(
        "no board answers on %s%s; check that it is the right port, that the board has power and is programmed, and that both have the same rate"
            .formatted(line.name(), line.baud() == 0 ? "" : " at " + line.baud() + " baud"));
  }

  private Optional<LinkDescription> hear(long until) {
    line.await(out.hasRemaining(), Math.max(0, until - line.nanoTime()));
    in.clear();
    line.read(in);
    in.flip();
    List<LinkDescription> heard = new ArrayList<>();
    takeFrames(
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

  private void reconnect(LineLostException reason) {
    String name = line.name();
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    line.close();
    frame.reset();
    out = ByteBuffer.allocate(0);
    while (true) {
      try {
        line = opener.open();
        rate.ifPresent(line::setBaud);
        LinkDescription found = hello();
        if (found.session() != board.session()) {
          throw startedAnew();
        }
        break;
      } catch (LineLostException e) {
        line.close();
        if (System.nanoTime() > giveUp) {
          throw ended(
              "%s is gone (%s); plug it in and start again".formatted(name, reason.getMessage()),
              reason);
        }
        requireUninterrupted();
        pause();
      }
    }
    reconnects++;
    outstanding.forEach(exchange -> exchange.lost = true);
  }

  private static void pause() {
    LockSupport.parkNanos(REOPEN_NANOS);
  }

  private TransportException startedAnew() {
    return ended(
        "the board on %s was started anew and has forgotten what it was told; start again"
            .formatted(line.name()),
        null);
  }

  private TransportException ended(String why, Throwable cause) {
    end = why;
    return new TransportException(why, cause);
  }

  @Override
  public void close() {
    line.close();
  }
}

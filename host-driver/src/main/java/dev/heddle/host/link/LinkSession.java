package dev.heddle.host.link;

import dev.heddle.host.transport.AccessRefusedException;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkOperation;
import dev.heddle.lib.link.LinkProtocol;
import dev.heddle.lib.link.LinkReply;
import dev.heddle.lib.link.LinkStatus;
import dev.heddle.lib.link.LinkWord;
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
  private static final long MOST_TIMEOUT_NANOS = 160_000_000;
  private static final long REOPEN_NANOS = 100_000_000;

  private final FramedLine line;
  private final Deque<Exchange> waiting = new ArrayDeque<>();
  private final List<Exchange> outstanding = new ArrayList<>();
  private LinkDescription board;
  private int next;
  private int credit;
  private int limit;
  private boolean interrupt;
  private long order;
  private long lastSound;
  private long quietFrom;
  private long timeout = FramedLine.LEAST_TIMEOUT_NANOS;
  private String failure;
  private String end;
  private long sent;
  private long repeated;
  private long timeouts;
  private long reconnects;

  /**
   * Begins a session.
   *
   * @param strayBaud rate that the board may have been left at
   * @throws TransportException when there is no line, or no board at its end
   */
  LinkSession(SerialLine.Opener opener, OptionalInt strayBaud) {
    try {
      line = new FramedLine(opener);
    } catch (LineLostException e) {
      throw new TransportException(e.getMessage(), e);
    }
    try {
      int number = new SplittableRandom().nextInt(1, Integer.MAX_VALUE);
      board = hello(number, strayBaud).orElseThrow(line::nobody);
    } catch (RuntimeException e) {
      line.close();
      throw e instanceof LineLostException ? new TransportException(e.getMessage(), e) : e;
    }
    credit = board.window();
    limit = board.payload();
    lastSound = line.nanoTime();
  }

  /** Asks who is there at the rate of the line, and by turns at another. */
  private Optional<LinkDescription> hello(int number, OptionalInt strayBaud) {
    if (strayBaud.isEmpty()) {
      return line.hello(number, PATIENCE);
    }
    Optional<LinkDescription> heard = line.hello(number, RATE_TRIAL);
    long giveUp = line.nanoTime() + PATIENCE.toNanos();
    for (boolean stray = true; heard.isEmpty() && line.nanoTime() < giveUp; stray = !stray) {
      line.setBaud(stray ? strayBaud.getAsInt() : line.firstBaud());
      heard = line.hello(number, RATE_TRIAL);
    }
    if (heard.isEmpty()) {
      line.setBaud(line.firstBaud());
    }
    return heard;
  }

  /** What the board says of itself. */
  LinkDescription board() {
    return board;
  }

  String name() {
    return line.name();
  }

  LinkStatistics statistics() {
    return new LinkStatistics(
        sent, repeated, line.received(), line.damaged(), timeouts, reconnects);
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
    Optional<String> refusal = trial(baud, RATE_TRIAL);
    if (refusal.isPresent()) {
      trial(before, PATIENCE)
          .ifPresent(
              reason -> {
                throw ended(reason, null);
              });
      throw new TransportException(
          "%s; the rate stays at %d baud".formatted(refusal.get(), before));
    }
  }

  /** Takes up a rate; returns why the board is not heard at it, empty when it is. */
  private Optional<String> trial(int baud, Duration patience) {
    try {
      line.setBaud(baud);
      Optional<LinkDescription> heard = line.hello(0, patience);
      board = heard.orElse(board);
      return heard.isPresent()
          ? Optional.empty()
          : Optional.of("the board is not heard on %s at %d baud".formatted(line.name(), baud));
    } catch (LineLostException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Gives the line the rate again that programs expect of the board. */
  void restoreBaud() {
    if (line.baud() != line.firstBaud()) {
      setBaud(line.firstBaud());
    }
  }

  /** Takes what has come, waiting at most so long for more. */
  void listen(long nanos) {
    try {
      line.listen(nanos);
      receive();
    } catch (LineLostException e) {
      reconnect(e);
    }
  }

  private void throwFailure() {
    if (failure != null) {
      String message = failure;
      failure = null;
      throw new AccessRefusedException(message);
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
          long deadline = quietFrom + timeout + 4 * line.nanos(LinkProtocol.contentBytes(limit));
          if (now < deadline) {
            line.await(deadline - now);
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
      if (!line.isSending()) {
        Optional<Exchange> chosen = nextToSend();
        if (chosen.isEmpty()) {
          return moved;
        }
        put(chosen.get());
      }
      int bytes = line.send();
      if (bytes == 0) {
        return moved;
      }
      quietFrom = Math.max(quietFrom, line.nanoTime()) + line.nanos(bytes);
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
    line.begin(exchange.request());
    sent++;
    repeated += again ? 1 : 0;
  }

  private boolean receive() {
    boolean heard = line.receive(this::accept);
    if (heard) {
      quietFrom = Math.max(quietFrom, line.nanoTime());
    }
    return heard;
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
      timeout = Math.max(FramedLine.LEAST_TIMEOUT_NANOS, timeout - timeout / 64);
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
    FramedLine.requireUninterrupted();
    timeouts++;
    timeout = Math.min(MOST_TIMEOUT_NANOS, 2 * timeout);
    quietFrom = now;
    outstanding.stream()
        .filter(exchange -> !exchange.lost)
        .min((a, b) -> Long.compare(a.order, b.order))
        .ifPresent(this::lose);
  }

  // ---- a line that was lost

  private void reconnect(LineLostException reason) {
    String name = line.name();
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        line.reopen();
        LinkDescription found =
            line.hello(0, PATIENCE).orElseThrow(() -> ended(line.nobody().getMessage(), null));
        if (found.session() != board.session()) {
          throw startedAnew();
        }
        break;
      } catch (LineLostException e) {
        if (System.nanoTime() > giveUp) {
          throw ended(
              "%s is gone (%s); plug it in and start again".formatted(name, reason.getMessage()),
              reason);
        }
        FramedLine.requireUninterrupted();
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

package dev.heddle.host.board;

import dev.heddle.host.link.SerialLine;
import dev.heddle.lib.UartPeriod;
import dev.heddle.testbench.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The serial pins of a simulated board, with the adapter that a host has: a line whose time is that
 * of the simulation, which runs while the host waits.
 *
 * <p>Bits are on the pins as long as the rate says, to parts of a cycle; what the board sends is
 * sampled in the middle of each bit.
 */
public final class SimulatedSerial implements SerialLine {
  private static final int DRIVER_BYTES = 4096;
  private static final int SLICE_CYCLES = 512;
  private static final int FRAME_BITS = 10;
  private static final int STOP_BIT = 1 << FRAME_BITS - 1;
  private static final int START_AND_HALF = 3;
  private static final int WHOLE = 1 << UartPeriod.FRACTION_BITS;
  private static final long NANOS_OF_A_SECOND = 1_000_000_000;

  private final Simulation board;
  private final String receive;
  private final String transmit;
  private final long clockHz;
  private final SerialWiring wiring;
  private final String name;
  private final ByteBuffer levels = ByteBuffer.allocate(SLICE_CYCLES);
  private final ByteBuffer sampled = ByteBuffer.allocate(SLICE_CYCLES);
  private final Queue<Byte> toBoard = new ArrayDeque<>();
  private final Queue<Byte> toHost = new ArrayDeque<>();
  private int period;
  private int followed;
  private long cycles;

  /** What is left of the byte on its way to the board, start and stop bit included. */
  private int sending;

  private int sendingBits;

  /** How long the bit on the pin has to stay, in the parts of a cycle of a period. */
  private long sendingLeft;

  /** The byte that comes from the board, bits still missing, and how long until the next one. */
  private int hearing;

  private int hearingBits;
  private long hearingLeft;

  /**
   * The pins of a board.
   *
   * @param board its clock is declared, its reset over
   * @param receive port on which the board hears
   * @param transmit port on which the board speaks
   * @param clockHz the clock that the board has
   */
  public SimulatedSerial(
      Simulation board,
      String receive,
      String transmit,
      long clockHz,
      int baud,
      SerialWiring wiring,
      String name) {
    this.board = board;
    this.receive = receive;
    this.transmit = transmit;
    this.clockHz = clockHz;
    this.wiring = wiring;
    this.name = name;
    this.period = UartPeriod.of(clockHz, baud);
  }

  @Override
  public int read(ByteBuffer target) {
    int count = 0;
    for (; target.hasRemaining() && !toHost.isEmpty(); count++) {
      target.put(toHost.remove());
    }
    return count;
  }

  @Override
  public int write(ByteBuffer source) {
    int count = 0;
    for (; source.hasRemaining() && toBoard.size() < DRIVER_BYTES; count++) {
      toBoard.add(source.get());
    }
    return count;
  }

  @Override
  public void await(boolean forWriting, long nanos) {
    long end = nanoTime() + nanos;
    while (toHost.isEmpty() && !(forWriting && toBoard.size() < DRIVER_BYTES) && nanoTime() < end) {
      run();
    }
  }

  /** Runs the board for a slice. */
  void run() {
    levels.clear();
    for (int cycle = 0; cycle < SLICE_CYCLES; cycle++) {
      levels.put((byte) wiring.carry(nextLevel()));
    }
    levels.flip();
    sampled.clear();
    board.batch(SLICE_CYCLES, List.of(receive), levels, List.of(transmit), sampled);
    for (int cycle = 0; cycle < SLICE_CYCLES; cycle++) {
      hear(wiring.carry(sampled.get(cycle)));
    }
    cycles += SLICE_CYCLES;
  }

  private int nextLevel() {
    if (sendingLeft <= 0) {
      if (sendingBits > 0) {
        sending >>>= 1;
        sendingBits--;
      }
      if (sendingBits == 0 && !toBoard.isEmpty()) {
        sending = STOP_BIT | (toBoard.remove() & 0xff) << 1;
        sendingBits = FRAME_BITS;
      }
      sendingLeft = sendingBits == 0 ? 0 : sendingLeft + period;
    }
    if (sendingBits == 0) {
      return 1;
    }
    sendingLeft -= WHOLE;
    return sending & 1;
  }

  private void hear(int level) {
    if (hearingBits == 0) {
      if (level == 0) {
        hearingBits = FRAME_BITS - 1;
        hearingLeft = (long) START_AND_HALF * period / 2;
      }
      return;
    }
    hearingLeft -= WHOLE;
    if (hearingLeft <= 0) {
      hearing = hearing >>> 1 | level << Byte.SIZE;
      hearingLeft += period;
      hearingBits--;
      if (hearingBits == 0) {
        toHost.add((byte) (hearing & 0xff));
      }
    }
  }

  @Override
  public long nanoTime() {
    long seconds = cycles / clockHz;
    return seconds * NANOS_OF_A_SECOND + cycles % clockHz * NANOS_OF_A_SECOND / clockHz;
  }

  @Override
  public int baud() {
    return UartPeriod.baud(clockHz, period);
  }

  @Override
  public void setBaud(int baud) {
    while (!toBoard.isEmpty() || sendingBits > 0) {
      run();
    }
    period = UartPeriod.of(clockHz, baud);
  }

  /** Takes the rate of another line, if the board's clock can make it. */
  void follow(int baud) {
    if (baud != followed) {
      followed = baud;
      if (UartPeriod.isPossible(clockHz, baud)) {
        setBaud(baud);
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void close() {
    // The board stays.
  }
}

package dev.heddle.host.link;

import dev.heddle.lib.UartPeriod;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * A port in Java whose line has the model of a board at its end, in a time of its own: waiting
 * takes no time, and the same seed always gives the same run.
 *
 * <p>A byte takes ten bits of the line's rate, each way; the host hears what has arrived only after
 * its latency, as behind a USB adapter. The board answers at once, and hears nothing at another
 * rate than its own. A line that is lost can be opened again; what was on it is gone.
 */
public final class ModelledPort implements SerialLine.Opener {
  private static final long NANOS_OF_TEN_SECONDS = 10_000_000_000L;

  /** Bytes that the host's driver takes ahead of the line. */
  private static final int DRIVER_BYTES = 4096;

  /** Bytes on their way in one direction, with the time at which each arrives. */
  private static final class Direction {
    private final long[] times = new long[1 << 17];
    private final byte[] values = new byte[times.length];
    private long head;
    private long tail;
    private long free;

    int size() {
      return (int) (tail - head);
    }

    void put(byte value, long time) {
      if (size() == times.length) {
        throw new IllegalStateException("more bytes on the line than a window has");
      }
      int place = (int) tail++ & times.length - 1;
      times[place] = time;
      values[place] = value;
    }

    boolean has(long time) {
      return size() > 0 && nextTime() <= time;
    }

    long nextTime() {
      return times[(int) head & times.length - 1];
    }

    byte take() {
      return values[(int) head++ & times.length - 1];
    }
  }

  private final LinkModel board;
  private final int firstBaud;
  private final long latency;
  private final LineFaults faults;
  private final SplittableRandom random;
  private long now;

  /**
   * A port.
   *
   * @param board what is at the end of its line
   * @param baud bits a second
   * @param latency nanoseconds after which the host hears what has arrived
   */
  public ModelledPort(
      LinkModel board, int baud, long latency, LineFaults faults, SplittableRandom random) {
    this.board = board;
    this.firstBaud = baud;
    this.latency = latency;
    this.faults = faults;
    this.random = random;
  }

  @Override
  public SerialLine open() {
    return new Line();
  }

  /** The time of its lines, in nanoseconds. */
  public long nanoTime() {
    return now;
  }

  /** The line, until it is lost. */
  private final class Line implements SerialLine {
    private final Direction down = new Direction();
    private final Direction up = new Direction();
    private int baud = firstBaud;
    private boolean lost;

    @Override
    public int write(ByteBuffer source) {
      settle();
      int count = 0;
      while (source.hasRemaining() && down.size() < DRIVER_BYTES) {
        send(down, source.get(), now, 0);
        count++;
      }
      return count;
    }

    @Override
    public int read(ByteBuffer target) {
      settle();
      int count = 0;
      while (target.hasRemaining() && up.has(now)) {
        target.put(up.take());
        count++;
      }
      return count;
    }

    @Override
    public void await(boolean forWriting, long nanos) {
      settle();
      long end = now + nanos;
      while (!up.has(now) && !(forWriting && down.size() < DRIVER_BYTES) && now < end) {
        long next = end;
        if (down.size() > 0) {
          next = Math.min(next, Math.max(now + 1, down.nextTime()));
        }
        if (up.size() > 0) {
          next = Math.min(next, Math.max(now + 1, up.nextTime()));
        }
        now = next;
        settle();
      }
    }

    /** Lets the board have what has reached it by now. */
    private void settle() {
      while (down.has(now)) {
        long time = down.nextTime();
        byte next = down.take();
        if (hasRateOfBoard()) {
          board.receive(next);
          for (byte value : board.send()) {
            send(up, value, time, latency);
          }
        }
      }
      if (lost) {
        throw new LineLostException("unplugged");
      }
    }

    private boolean hasRateOfBoard() {
      LinkDescription description = board.description();
      return description.period() == 0
          || description.period() == UartPeriod.of(description.clockHz(), baud);
    }

    private void send(Direction direction, byte value, long time, long delay) {
      direction.free = Math.max(direction.free, time) + NANOS_OF_TEN_SECONDS / baud;
      if (faults == LineFaults.NONE) {
        direction.put(value, direction.free + delay);
        return;
      }
      int sent = value;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        sent ^= random.nextDouble() < faults.flippedBits() ? 1 << bit : 0;
      }
      double fate = random.nextDouble();
      int copies =
          fate < faults.droppedBytes()
              ? 0
              : fate < faults.droppedBytes() + faults.doubledBytes() ? 2 : 1;
      for (int copy = 0; copy < copies; copy++) {
        direction.put((byte) sent, direction.free + delay);
      }
      direction.free += random.nextDouble() < faults.stalls() ? LineFaults.STALL_NANOS : 0;
      lost |= random.nextDouble() < faults.losses();
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public int baud() {
      return baud;
    }

    @Override
    public void setBaud(int baud) {
      this.baud = baud;
    }

    @Override
    public String name() {
      return "a modelled port";
    }

    @Override
    public void close() {
      lost = true;
    }
  }
}

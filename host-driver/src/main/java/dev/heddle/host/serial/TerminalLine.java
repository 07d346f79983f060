package dev.heddle.host.serial;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import dev.heddle.host.link.LineLostException;
import dev.heddle.host.link.SerialLine;
import dev.heddle.host.linux.Libc;
import java.nio.ByteBuffer;

/** An open terminal as a line: reads, writes and waits that never block for longer than asked. */
abstract class TerminalLine implements SerialLine {
  private static final int CHUNK = 1 << 14;
  private static final long NANOS_OF_A_MILLISECOND = 1_000_000;

  private final String name;
  private final int file;
  private final Memory buffer = new Memory(CHUNK);
  private boolean closed;

  TerminalLine(String name, int file) {
    this.name = name;
    this.file = file;
  }

  final int file() {
    return file;
  }

  /** What a read of nothing means: with VMIN = 1 only a terminal that hung up gives it. */
  @Override
  public final int read(ByteBuffer target) {
    requireOpen();
    int wanted = Math.min(CHUNK, target.remaining());
    if (wanted == 0) {
      return 0;
    }
    try {
      int count = Libc.read(file, buffer, new NativeLong(wanted)).intValue();
      if (count == 0) {
        throw new LineLostException(name + " has hung up");
      }
      target.put(buffer.getByteBuffer(0, count));
      return count;
    } catch (LastErrorException e) {
      return nothingYet(e);
    }
  }

  @Override
  public final int write(ByteBuffer source) {
    requireOpen();
    int wanted = Math.min(CHUNK, source.remaining());
    if (wanted == 0) {
      return 0;
    }
    buffer.getByteBuffer(0, wanted).put(source.slice(source.position(), wanted));
    try {
      int count = Libc.write(file, buffer, new NativeLong(wanted)).intValue();
      source.position(source.position() + count);
      return count;
    } catch (LastErrorException e) {
      return nothingYet(e);
    }
  }

  private int nothingYet(LastErrorException e) {
    if (e.getErrorCode() == Libc.EAGAIN) {
      return 0;
    }
    throw new LineLostException("%s: %s".formatted(name, Libc.strerror(e.getErrorCode())), e);
  }

  @Override
  public final void await(boolean forWriting, long nanos) {
    requireOpen();
    long milliseconds = (nanos + NANOS_OF_A_MILLISECOND - 1) / NANOS_OF_A_MILLISECOND;
    int events = forWriting ? Libc.POLLIN | Libc.POLLOUT : Libc.POLLIN;
    Libc.await(file, events, (int) Math.min(milliseconds, Integer.MAX_VALUE));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  @Override
  public final long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        Libc.close(file);
      } catch (LastErrorException e) {
        // The device is gone; the descriptor is closed all the same.
      }
      buffer.close();
    }
  }
}

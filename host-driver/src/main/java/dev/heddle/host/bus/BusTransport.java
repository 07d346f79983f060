package dev.heddle.host.bus;

import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.host.linux.Libc;
import dev.heddle.host.linux.SystemCallException;
import dev.heddle.host.transport.CardRange;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportDescription;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.RegisterBus;
import dev.heddle.lib.RegisterMap;
import dev.heddle.lib.Registers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.IntSupplier;

/**
 * A machine and its shell ({@link ShellRegisters}) on a bus of this computer.
 *
 * <pre>
 *   register window --+-- machine
 *                     '-- shell: size and place of card memory, reset, level of the interrupt
 *   events            --- the interrupt, through the driver
 * </pre>
 *
 * <p>A bus whose device is gone answers every read with ones, so a word of ones is believed only
 * when the shell still tells its magic number.
 */
abstract class BusTransport implements Transport {
  /** What a bus reads where nothing answers. */
  static final int ALL_ONES = -1;

  /** How long a machine may take until its memory ports are quiet. */
  private static final long RESET_NANOS = 1_000_000_000;

  /** How long an interrupt may take from its level to the event of the driver. */
  private static final long EVENT_NANOS = 1_000_000_000;

  /** Between two looks at the level, and at the thread's interrupt status. */
  private static final int SLICE_MILLIS = 20;

  private static final long NANOS_OF_A_MILLI = 1_000_000;

  private static final RegisterMap MAP = ShellRegisters.of(0);
  private static final int MAGIC_OFFSET = ShellRegisters.OFFSET + MAP.register("SHELL").offset();

  private final Registers shell =
      new Registers(
          MAP,
          new RegisterBus() {
            @Override
            public long read(int address) {
              return Integer.toUnsignedLong(readWord(address));
            }

            @Override
            public void write(int address, long word) {
              writeWord(address, (int) word);
            }
          },
          ShellRegisters.OFFSET);

  /** Whether the driver has told of the level that is up; at first one that is up is believed. */
  private boolean told = true;

  private boolean closed;

  /** Reads a word of the register window. */
  abstract int readWord(int offset);

  /** Writes a word of the register window. */
  abstract void writeWord(int offset, int value);

  /**
   * Waits for an event of the driver, and takes it.
   *
   * @return whether one came
   */
  abstract boolean takeEvent(int milliseconds);

  /** Reads card memory, all in its range. */
  abstract void read(long address, ByteBuffer target);

  /** Writes card memory, all in its range. */
  abstract void write(long address, ByteBuffer source);

  /** What a call does without, once the device has gone: the message says so, and what to do. */
  abstract String gone();

  /** What and where it is, for messages. */
  abstract String place();

  abstract long memoryBytes();

  /** Closes files and mappings. */
  abstract void release();

  /** The registers of the shell. */
  final Registers shell() {
    return shell;
  }

  /**
   * Refuses what is no shell.
   *
   * @throws TransportException saying what is there
   */
  final void requireShell() {
    int magic = readWord(MAGIC_OFFSET);
    if (magic == ALL_ONES) {
      throw new TransportException(gone());
    }
    if (magic != ShellRegisters.MAGIC) {
      throw new TransportException(
          "there is no shell of Heddle on %s: it reads 0x%08x instead of 0x%08x at 0x%x; program it with a design that has one, or name another device (heddle devices lists them)"
              .formatted(place(), magic, ShellRegisters.MAGIC, MAGIC_OFFSET));
    }
    long version = shell.read("SHELL_VERSION");
    if (version != ShellRegisters.VERSION) {
      throw new TransportException(
          "the shell on %s has version %d and this host knows version %d; use a host and a design of the same release"
              .formatted(place(), version, ShellRegisters.VERSION));
    }
  }

  /** Whether the device answers. */
  final boolean answers() {
    return readWord(MAGIC_OFFSET) == ShellRegisters.MAGIC;
  }

  /** Refuses to believe ones of a device that has gone. */
  private void requirePresent() {
    if (!answers()) {
      throw new TransportException(gone());
    }
  }

  /** A call that signals may interrupt, made until they do not. */
  static int uninterrupted(IntSupplier call) {
    while (true) {
      try {
        return call.getAsInt();
      } catch (SystemCallException e) {
        if (e.number() != Libc.EINTR) {
          throw e;
        }
      }
    }
  }

  @Override
  public final int read32(int offset) {
    requireRegister(offset);
    int word = readWord(offset);
    if (word == ALL_ONES) {
      requirePresent();
    }
    return word;
  }

  /** Reads after the write: a bus may keep writes on their way, but a read does not overtake. */
  @Override
  public final void write32(int offset, int value) {
    requireRegister(offset);
    writeWord(offset, value);
    requirePresent();
  }

  private void requireRegister(int offset) {
    requireOpen();
    if (offset < 0 || offset >= ShellRegisters.OFFSET || offset % RegisterMap.WORD_BYTES != 0) {
      throw new TransportException("there is no register at 0x%x".formatted(offset));
    }
  }

  @Override
  public final void readBlock(long address, ByteBuffer target) {
    requireOpen();
    CardRange.require(address, target.remaining(), memoryBytes());
    read(address, target);
  }

  @Override
  public final void writeBlock(long address, ByteBuffer source) {
    requireOpen();
    CardRange.require(address, source.remaining(), memoryBytes());
    write(address, source);
  }

  /**
   * The interrupt is up when its level is and the driver has told of it: a level that the driver
   * never tells of is a fault of the wiring, and is not hidden by looking at the level alone.
   */
  @Override
  public final boolean awaitInterrupt(Duration timeout) {
    requireOpen();
    long begin = System.nanoTime();
    long patience = timeout.toNanos();
    long up = -1;
    int slice = 0;
    while (true) {
      if (Thread.currentThread().isInterrupted()) {
        throw new TransportException("the wait for the machine was interrupted");
      }
      told |= takeEvent(slice);
      boolean level = shell.read("INTERRUPT", "level") != 0;
      long now = System.nanoTime() - begin;
      if (!level) {
        told = false;
        requirePresent();
      } else if (told) {
        requirePresent();
        return true;
      } else if (up < 0) {
        up = now;
      } else if (now - up > EVENT_NANOS) {
        throw new TransportException(
            "the interrupt of the machine on %s is up, but its driver has not told of it for %d ms; check that the machine's irq is connected to the interrupt of the bus, stays up until it is acknowledged, and is counted in /proc/interrupts"
                .formatted(place(), EVENT_NANOS / NANOS_OF_A_MILLI));
      }
      if (now >= patience) {
        return false;
      }
      slice = (int) Math.min(SLICE_MILLIS, (patience - now) / NANOS_OF_A_MILLI + 1);
    }
  }

  @Override
  public final void reset() {
    requireOpen();
    shell.trigger("RESET", "machine");
    long begin = System.nanoTime();
    while (shell.read("RESET", "active") != 0) {
      requirePresent();
      if (System.nanoTime() - begin > RESET_NANOS) {
        throw new TransportException(
            "the machine on %s cannot be reset: a burst of its memory ports has not been answered for %d ms; check that card memory is behind them, and program the board anew"
                .formatted(place(), RESET_NANOS / NANOS_OF_A_MILLI));
      }
    }
    requirePresent();
  }

  @Override
  public final TransportDescription describe() {
    requireOpen();
    return new TransportDescription(kind(), place(), memoryBytes());
  }

  abstract String kind();

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(place() + " is closed");
    }
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      release();
    }
  }
}

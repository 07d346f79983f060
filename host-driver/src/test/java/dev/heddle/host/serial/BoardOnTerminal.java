package dev.heddle.host.serial;

import dev.heddle.host.link.LineLostException;
import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.Transport;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import dev.heddle.lib.link.LinkTarget;
import java.nio.ByteBuffer;

/** The model of a board on the board's side of a pseudo-terminal, in a thread of its own. */
public final class BoardOnTerminal implements AutoCloseable {
  /** Bits a second at which the board hears what is said. */
  private static final int BAUD = 3_000_000;

  private static final byte NOISE = 0x55;
  private static final long SLICE_NANOS = 5_000_000;

  private final PseudoTerminal terminal = PseudoTerminal.open();
  private final Thread thread;
  private volatile boolean ended;
  private volatile boolean hangs;
  private volatile long happensAfter = Long.MAX_VALUE;
  private volatile Runnable happening;

  /** A board whose machine is the given one, with all of its card memory. */
  public static BoardOnTerminal of(Transport machine) {
    return of(new MachineTarget(machine), machine.describe().memoryBytes());
  }

  /** A board that has card memory alone. */
  public static BoardOnTerminal withoutMachine(long memoryBytes) {
    return of(new NoMachine(), memoryBytes);
  }

  private static BoardOnTerminal of(LinkTarget target, long memoryBytes) {
    LinkDescription description = new LinkDescription(512, 32, 0, 24_000_000, 8 << 8, memoryBytes);
    return new BoardOnTerminal(new LinkModel(description, target));
  }

  /** What a board leads to whose FPGA is too small for a machine. */
  private record NoMachine() implements LinkTarget {
    @Override
    public int readRegister(int offset) {
      throw new BusError(offset);
    }

    @Override
    public void writeRegister(int offset, int value) {
      throw new BusError(offset);
    }

    @Override
    public void readMemory(long address, ByteBuffer target) {
      target.position(target.limit());
    }

    @Override
    public void writeMemory(long address, ByteBuffer source) {
      source.position(source.limit());
    }

    @Override
    public boolean interrupt() {
      return false;
    }

    @Override
    public void reset() {}
  }

  BoardOnTerminal(LinkModel board) {
    thread = new Thread(() -> run(board), "board");
    thread.setDaemon(true);
    thread.start();
  }

  /** Where the host finds it. */
  public String port() {
    return terminal.port();
  }

  /**
   * Lets something happen, once.
   *
   * @param bytes that the board has received by then
   * @param what runs in the thread of the board
   */
  public void after(long bytes, Runnable what) {
    happening = what;
    happensAfter = bytes;
  }

  /** Says nothing from now on. */
  public void hang() {
    hangs = true;
  }

  private void run(LinkModel board) {
    ByteBuffer received = ByteBuffer.allocate(1 << 12);
    ByteBuffer sent = ByteBuffer.allocate(0);
    long count = 0;
    try {
      while (!ended) {
        received.clear();
        terminal.read(received);
        received.flip();
        int noise = terminal.baud() == BAUD ? 0 : NOISE;
        count += received.remaining();
        while (received.hasRemaining() && !hangs) {
          board.receive((byte) (received.get() ^ noise));
        }
        if (count >= happensAfter) {
          happensAfter = Long.MAX_VALUE;
          happening.run();
        }
        if (!sent.hasRemaining()) {
          sent = ByteBuffer.wrap(board.send());
        }
        if (!ended) {
          terminal.write(sent);
          terminal.await(sent.hasRemaining(), SLICE_NANOS);
        }
      }
    } catch (LineLostException e) {
      throw new AssertionError(e);
    }
  }

  /** Pulls the plug; the thread of the board may do that, too. */
  public void unplug() {
    ended = true;
    if (Thread.currentThread() != thread) {
      close();
    } else {
      terminal.close();
    }
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    terminal.close();
  }
}

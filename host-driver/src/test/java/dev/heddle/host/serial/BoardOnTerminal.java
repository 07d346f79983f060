package dev.heddle.host.serial;

import dev.heddle.host.link.LineLostException;
import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.Transport;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import java.nio.ByteBuffer;

/** The model of a board on the board's side of a pseudo-terminal, in a thread of its own. */
public final class BoardOnTerminal implements AutoCloseable {
  private static final long SLICE_NANOS = 5_000_000;

  private final PseudoTerminal terminal = PseudoTerminal.open();
  private final Thread thread;
  private volatile boolean ended;

  /** A board whose machine is the given one, with all of its card memory. */
  public static BoardOnTerminal of(Transport machine) {
    LinkDescription description =
        new LinkDescription(512, 32, 0, 24_000_000, 8 << 8, machine.describe().memoryBytes());
    return new BoardOnTerminal(new LinkModel(description, new MachineTarget(machine)));
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

  private void run(LinkModel board) {
    ByteBuffer received = ByteBuffer.allocate(1 << 12);
    ByteBuffer sent = ByteBuffer.allocate(0);
    try {
      while (!ended) {
        received.clear();
        terminal.read(received);
        received.flip();
        while (received.hasRemaining()) {
          board.receive(received.get());
        }
        if (!sent.hasRemaining()) {
          sent = ByteBuffer.wrap(board.send());
        }
        terminal.write(sent);
        terminal.await(sent.hasRemaining(), SLICE_NANOS);
      }
    } catch (LineLostException e) {
      throw new AssertionError(e);
    }
  }

  /** Pulls the plug. */
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

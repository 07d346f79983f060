package dev.heddle.host.serial;

import dev.heddle.host.link.LineLostException;
import dev.heddle.lib.link.LinkModel;
import java.nio.ByteBuffer;

/** The model of a board on the board's side of a pseudo-terminal, in a thread of its own. */
final class BoardOnTerminal implements AutoCloseable {
  private static final long SLICE_NANOS = 5_000_000;

  private final PseudoTerminal terminal = PseudoTerminal.open();
  private final Thread thread;
  private volatile boolean ended;

  BoardOnTerminal(LinkModel board) {
    thread = new Thread(() -> run(board), "board");
    thread.setDaemon(true);
    thread.start();
  }

  /** Where the host finds it. */
  String port() {
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

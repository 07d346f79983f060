package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.host.bringup.FaultyTransport;
import dev.heddle.host.serial.PseudoTerminal;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.Transport;
import dev.heddle.lib.link.LinkDescription;
import dev.heddle.lib.link.LinkModel;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A bring-up of a modelled board behind a serial port of the system. */
class BringUpSerialTest {
  private static final int MEMORY_BYTES = 1 << 20;
  private static final long SLICE_NANOS = 1_000_000;

  private volatile boolean ended;

  /** Brings up a board whose machine is {@code machine}. */
  private CommandRun bringUp(Transport machine, String... options) throws InterruptedException {
    LinkDescription description = new LinkDescription(512, 32, 0, 24_000_000, 8 << 8, MEMORY_BYTES);
    LinkModel board = new LinkModel(description, new MachineTarget(machine));
    try (PseudoTerminal terminal = PseudoTerminal.open()) {
      Thread thread = new Thread(() -> serve(board, terminal), "board");
      thread.start();
      try {
        String[] arguments = new String[options.length + 3];
        arguments[0] = "bringup";
        arguments[1] = "--device";
        arguments[2] = "uart:" + terminal.port();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return CommandRun.of(arguments);
      } finally {
        ended = true;
        thread.join();
      }
    }
  }

  private void serve(LinkModel board, PseudoTerminal terminal) {
    ByteBuffer received = ByteBuffer.allocate(1 << 12);
    ByteBuffer sent = ByteBuffer.allocate(0);
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
  }

  @Test
  void aBoardIsTestedThroughItsPortUpToItsFault() throws InterruptedException {
    FaultyTransport stuck =
        new FaultyTransport(new GoldenTransport(Configuration.NANO, MEMORY_BYTES)).interruptStuck();
    CommandRun run = bringUp(stuck);
    assertThat(run.exitCode()).as(run.out() + run.err()).isOne();
    assertThat(run.out())
        .contains("  passed       march C- ", "  passed       bandwidth        write ")
        .contains("  passed       reset            22 registers as in the register map, 100 resets")
        .contains(
            "  failed       interrupt        the interrupt is up after reset, before any list");
  }

  @Test
  void aBoardThatIsNoMachineIsUnsupported() throws InterruptedException {
    FaultyTransport off =
        new FaultyTransport(new GoldenTransport(Configuration.NANO, MEMORY_BYTES))
            .registers((offset, value) -> 0);
    CommandRun run = bringUp(off, "--keep-going");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .contains("  unsupported  identity         no Heddle machine answers")
        .contains("0 passed, 1 failed, 0 skipped; the steps after that have not run");
  }
}

package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.host.bringup.FaultyTransport;
import dev.heddle.host.serial.BoardOnTerminal;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bring-up of a modelled board behind a serial port of the system. */
class BringUpSerialTest {
  private static final int MEMORY_BYTES = 1 << 20;

  /** Brings up a board whose machine is {@code machine}. */
  private static CommandRun bringUp(Transport machine, String... options) {
    try (BoardOnTerminal board = BoardOnTerminal.of(machine)) {
      List<String> arguments =
          new ArrayList<>(List.of("bringup", "--device", "uart:" + board.port()));
      arguments.addAll(List.of(options));
      return CommandRun.of(arguments.toArray(String[]::new));
    }
  }

  @Test
  void aBoardIsTestedThroughItsPortUpToItsFault() {
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
  void aBoardThatIsNoMachineIsUnsupported() {
    FaultyTransport off =
        new FaultyTransport(new GoldenTransport(Configuration.NANO, MEMORY_BYTES))
            .registers((offset, value) -> 0);
    CommandRun run = bringUp(off, "--keep-going");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .contains("  unsupported  identity         no Heddle machine answers")
        .contains("0 passed, 1 failed, 1 skipped; the steps after that have not run");
  }

  @Test
  void aPlugPulledDuringABringUpFailsTheStep(@TempDir Path folder) throws IOException {
    GoldenTransport machine = new GoldenTransport(Configuration.NANO, MEMORY_BYTES);
    try (BoardOnTerminal board = BoardOnTerminal.of(machine)) {
      // The system may give the name of a terminal that is gone to the next one.
      Path port = Files.createSymbolicLink(folder.resolve("board"), Path.of(board.port()));
      CommandRun run =
          CommandRun.of(
              text -> {
                if (text.contains("scratch") && Files.exists(port)) {
                  board.unplug();
                }
              },
              "bringup",
              "--device",
              "uart:" + port);
      assertThat(run.exitCode()).isOne();
      assertThat(run.out())
          .containsPattern("  failed       link +" + port + " is gone \\(.*\\); plug it in")
          .endsWith("2 passed, 1 failed, 1 skipped; the steps after that have not run\n");
    }
  }
}

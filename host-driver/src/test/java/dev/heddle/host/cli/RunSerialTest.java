package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.host.bringup.FaultyTransport;
import dev.heddle.host.serial.BoardOnTerminal;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A model on a board behind a serial port of the system. */
@Timeout(60)
class RunSerialTest {
  private static final int MEMORY_BYTES = 8 << 20;

  private static CommandRun run(String device, Consumer<String> listener, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("run", "--device", device, "--temperature", "0"));
    arguments.addAll(List.of(options));
    if (!arguments.contains("--tokens")) {
      arguments.addAll(List.of("--tokens", "20"));
    }
    return CommandRun.of(listener, arguments.toArray(String[]::new));
  }

  private static CommandRun run(BoardOnTerminal board, String... options) {
    return run("uart:" + board.port(), text -> {}, options);
  }

  private static BoardOnTerminal board(Configuration configuration) {
    return BoardOnTerminal.of(new GoldenTransport(configuration, MEMORY_BYTES));
  }

  private static String story(CommandRun run) {
    return run.out().substring(0, run.out().indexOf("  device ")).strip();
  }

  @Test
  void theBoardTellsItsConfigurationAndTheStoryOfTheGoldenMachine() {
    try (BoardOnTerminal board = board(Configuration.SMALL)) {
      CommandRun run = run(board);
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.out())
          .contains("  device                  uart:" + board.port() + ", configuration small");
      assertThat(story(run)).isEqualTo(story(run("golden:small", text -> {})));
    }
  }

  @Test
  void aSecondStartUploadsNothing() {
    try (BoardOnTerminal board = board(Configuration.NANO)) {
      CommandRun first = run(board, "--tokens", "1");
      assertThat(first.err())
          .matches("loading tale-800k: ([0-9,]+) bytes; \\1 written in .* s, .* kB/s\n");
      CommandRun second = run(board, "--tokens", "1");
      assertThat(second.err())
          .matches("loading tale-800k: [0-9,]+ bytes, all on the card already\n");
      assertThat(story(second)).isEqualTo(story(first));
    }
  }

  @Test
  void aModelThatDoesNotFitIsRefusedBeforeItsUpload() {
    try (BoardOnTerminal board =
        BoardOnTerminal.of(new GoldenTransport(Configuration.NANO, 1 << 19))) {
      CommandRun run = run(board);
      assertThat(run.exitCode()).isOne();
      assertThat(run.err())
          .startsWith("heddle: the weights of tale-800k take ")
          .contains(" bytes of card memory, but 524,224 are free on uart (board ");
    }
  }

  @Test
  void aBoardOfAnotherConfigurationThanTheOneNamedIsRefused() {
    try (BoardOnTerminal board = board(Configuration.NANO)) {
      CommandRun run = run(board, "--config", "small");
      assertThat(run.exitCode()).isOne();
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .isEqualTo(
              "heddle: the machine has configuration nano, but the host expects configuration small; name the one it has\n");
      assertThat(run(board, "--config", "nano", "--tokens", "1").exitCode()).isZero();
    }
  }

  @Test
  void aBoardOfAnUnknownConfigurationIsRefusedUntilItIsNamed() {
    Configuration eight =
        new Configuration("nano_maxtokens8", 1, 32, 2, 8, 8, 128, 8, 24_000_000, Optional.empty());
    try (BoardOnTerminal board = board(eight)) {
      CommandRun refused = run(board);
      assertThat(refused.exitCode()).isOne();
      assertThat(refused.err())
          .startsWith(
              "heddle: the board has a configuration that this host does not know (CONFIG_HASH 0x%08x); name its configuration with --config, known are nano 0x"
                  .formatted(MachineRegisters.hash(eight)));
      CommandRun named = run(board, "--config", "nano", "--max-tokens", "8", "--tokens", "1");
      assertThat(named.exitCode()).as(named.err()).isZero();
      assertThat(named.out()).contains(", configuration nano_maxtokens8");
    }
  }

  @Test
  void aPortWithNoHeddleMachineBehindItIsRefused() {
    Transport off =
        new FaultyTransport(new GoldenTransport(Configuration.NANO, MEMORY_BYTES))
            .registers((offset, value) -> 0);
    try (BoardOnTerminal board = BoardOnTerminal.of(off)) {
      CommandRun run = run(board);
      assertThat(run.exitCode()).isOne();
      assertThat(run.err())
          .contains("is no Heddle machine: its magic number is 0x00000000 instead of 0x")
          .contains("check that the board is on and programmed");
    }
  }

  @Test
  void aPortThatIsNotThereIsExplained() {
    CommandRun run = run("uart:/dev/no-such-port", text -> {});
    assertThat(run.exitCode()).isOne();
    assertThat(run.err())
        .isEqualTo(
            "heddle: there is no port /dev/no-such-port; plug the board in; /dev/serial/by-id names the ports there are\n");
  }
}

package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.host.bringup.FaultyTransport;
import dev.heddle.host.serial.BoardOnTerminal;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model on a board behind a serial port of the system. */
@Timeout(60)
class RunSerialTest {
  private static final int MEMORY_BYTES = 8 << 20;
  private static final int SMALL_MEMORY_BYTES = 128 << 10;
  private static final int HALF_THE_MODEL = 400_000;

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
          .contains("  device                  uart:" + board.port() + ", configuration small")
          .contains("  tokens/s in its cycles  -");
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
  void aBoardWithoutMachineIsRefused() {
    try (BoardOnTerminal board = BoardOnTerminal.withoutMachine(MEMORY_BYTES)) {
      CommandRun run = run(board);
      assertThat(run.exitCode()).isOne();
      assertThat(run.err())
          .startsWith("heddle: uart (board with a clock of 24.0 MHz on " + board.port())
          .endsWith(
              " has no machine, only card memory: it refuses register MAGIC; program it with a bitstream that has one\n");
      CommandRun bringUp = CommandRun.of("bringup", "--device", "uart:" + board.port());
      assertThat(bringUp.exitCode()).isEqualTo(3);
      assertThat(bringUp.out()).contains("  unsupported  identity ", " has no machine, only card");
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

  /**
   * A board at a path that goes with it, as the path of a port does; a terminal's may come back.
   */
  private record Plugged(BoardOnTerminal board, Path path) implements AutoCloseable {
    Plugged(Transport machine, Path path) {
      this(BoardOnTerminal.of(machine), path);
      try {
        Files.createSymbolicLink(path, Path.of(board.port()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void pull() {
      close();
    }

    CommandRun run(Consumer<String> listener, String... options) {
      return RunSerialTest.run("uart:" + path, listener, options);
    }

    @Override
    public void close() {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      board.unplug();
    }
  }

  private final GoldenTransport machine = new GoldenTransport(Configuration.NANO, MEMORY_BYTES);

  @TempDir private Path folder;

  private Plugged plugged() {
    return new Plugged(machine, folder.resolve("board"));
  }

  private void assertTheNextStartGoesOn() {
    try (Plugged board = plugged()) {
      CommandRun run = board.run(text -> {}, "--tokens", "1");
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.err()).matches("loading .* of them on the card already; .*\n");
      assertThat(run.out()).startsWith("Once upon a time,");
    }
  }

  @Test
  void aPlugPulledDuringTheUploadIsAnErrorAndTheNextStartGoesOn() {
    try (Plugged board = plugged()) {
      board.board().after(HALF_THE_MODEL, board::pull);
      CommandRun run = board.run(text -> {});
      assertThat(run.exitCode()).isOne();
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .matches("heddle: " + board.path() + " is gone \\(.*\\); plug it in and start again\n");
    }
    assertTheNextStartGoesOn();
  }

  @Test
  void aPlugPulledDuringTheStoryIsAnErrorAndTheNextStartUploadsNothing() {
    try (Plugged board = plugged()) {
      AtomicBoolean pulled = new AtomicBoolean();
      CommandRun run =
          board.run(
              text -> {
                if (text.contains("girl") && !pulled.getAndSet(true)) {
                  board.pull();
                }
              });
      assertThat(run.exitCode()).isOne();
      assertThat(run.out()).isEqualTo("Once upon a time, there was a little girl\n");
      assertThat(run.err()).endsWith("; plug it in and start again\n").doesNotContain("\tat ");
    }
    try (Plugged board = plugged()) {
      CommandRun run = board.run(text -> {}, "--tokens", "1");
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.err()).endsWith(" bytes, all on the card already\n");
    }
  }

  @Test
  void aBoardThatFallsSilentIsGivenUp() {
    try (Plugged board = plugged()) {
      board.board().after(HALF_THE_MODEL, board.board()::hang);
      CommandRun run = board.run(text -> {});
      assertThat(run.exitCode()).isOne();
      assertThat(run.err())
          .isEqualTo(
              "heddle: %s has been silent for 3 s; check that the board has power and is programmed, and start again\n"
                  .formatted(board.path()));
    }
    assertTheNextStartGoesOn();
  }

  @Test
  void anInterruptDuringTheUploadEndsTheRunAndTheNextStartGoesOn() {
    Thread user = Thread.currentThread();
    try (Plugged board = plugged()) {
      board.board().after(HALF_THE_MODEL, user::interrupt);
      CommandRun run = board.run(text -> {});
      assertThat(Thread.interrupted()).isTrue();
      assertThat(run).isEqualTo(new CommandRun(130, "", "Interrupted.\n"));
    }
    assertTheNextStartGoesOn();
  }

  @Test
  void anInterruptEndsTheWaitForASilentBoard() {
    Thread user = Thread.currentThread();
    try (Plugged board = plugged()) {
      board
          .board()
          .after(
              HALF_THE_MODEL,
              () -> {
                board.board().hang();
                user.interrupt();
              });
      CommandRun run = board.run(text -> {});
      assertThat(Thread.interrupted()).isTrue();
      assertThat(run).isEqualTo(new CommandRun(130, "", "Interrupted.\n"));
    }
  }

  @Test
  void anotherRateThanTheBoardsIsExplained() {
    try (Plugged board = plugged()) {
      CommandRun run = board.run(text -> {}, "--baud", "1000000");
      assertThat(run.exitCode()).isOne();
      assertThat(run.err())
          .isEqualTo(
              "heddle: no board answers on %s at 1000000 baud, nothing is heard at all; check that it is the right port, that the board has power and is programmed, that both have the same rate, and that RX is connected to TX and TX to RX\n"
                  .formatted(board.path()));
    }
  }

  private final GoldenTransport small = new GoldenTransport(Configuration.NANO, SMALL_MEMORY_BYTES);

  private Plugged pluggedSmall() {
    return new Plugged(small, folder.resolve("board"));
  }

  @Test
  void aModelThatDoesNotFitIsStreamedAndTheNextStartUploadsNothing() {
    try (Plugged board = pluggedSmall()) {
      CommandRun run = board.run(text -> {}, "--tokens", "3");
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.err())
          .matches(
              "loading tale-800k: 95,744 bytes; 95,744 written in .* s, .* kB/s\n"
                  + "streaming tale-800k: 757,248 bytes of weights for each token, 95,744 stay in card memory\n");
      assertThat(run.out()).contains("  weights sent            757,248 bytes per token\n");
      assertThat(story(run)).isEqualTo(story(run("golden:nano", text -> {}, "--tokens", "3")));
    }
    assertTheNextStartStreams();
  }

  private void assertTheNextStartStreams() {
    try (Plugged board = pluggedSmall()) {
      CommandRun run = board.run(text -> {}, "--tokens", "1");
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.err())
          .startsWith("loading tale-800k: 95,744 bytes, all on the card already\n");
      assertThat(run.out()).startsWith("Once upon a time,");
    }
  }

  @Test
  void aPlugPulledWhileWeightsAreStreamedIsAnErrorAndTheNextStartWorks() {
    try (Plugged board = pluggedSmall()) {
      board.board().after(HALF_THE_MODEL, board::pull);
      CommandRun run = board.run(text -> {});
      assertThat(run.exitCode()).isOne();
      assertThat(run.out()).isEqualTo("Once upon a time\n");
      assertThat(run.err()).endsWith("; plug it in and start again\n").doesNotContain("\tat ");
    }
    assertTheNextStartStreams();
  }

  @Test
  void anInterruptWhileWeightsAreStreamedEndsTheRunAndTheNextStartWorks() {
    Thread user = Thread.currentThread();
    try (Plugged board = pluggedSmall()) {
      board.board().after(HALF_THE_MODEL, user::interrupt);
      CommandRun run = board.run(text -> {});
      assertThat(Thread.interrupted()).isTrue();
      assertThat(run.exitCode()).isEqualTo(130);
      assertThat(run.err()).endsWith("\nInterrupted.\n");
      assertThat(run.out())
          .startsWith("Once upon a time\n")
          .contains("  weights sent            -");
    }
    assertTheNextStartStreams();
  }
}

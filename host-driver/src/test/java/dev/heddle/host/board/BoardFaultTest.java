package dev.heddle.host.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import dev.heddle.fpga.Boards;
import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.bringup.BoardClock;
import dev.heddle.host.bringup.BringUp;
import dev.heddle.host.bringup.BringUpReport;
import dev.heddle.host.bringup.BringUpStep;
import dev.heddle.host.bringup.StepResult;
import dev.heddle.host.bringup.StepStatus;
import dev.heddle.host.bringup.TestedBoard;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.host.serial.PseudoTerminal;
import dev.heddle.host.serial.SerialPort;
import dev.heddle.host.transport.TransportException;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.LibraryOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault that a virtual board can have is found by bring-up at its pins, and named. */
class BoardFaultTest {
  /** The board with a machine that is simulated soon. */
  private static final SerialBoard BOARD = Boards.ULX3S.withMachine(Configuration.NANO);

  private static final int BAUD = BOARD.baud();

  /** Enough for each bit that a clock that is a little wrong can still be talked to. */
  private static final int CLOCKS_OF_BIT = 5;

  private static VirtualBoard board(SerialBoard board, BoardFault fault) {
    return new VirtualBoard(board, Set.of(fault), LibraryOptions.CHECKED, BuildProgress.SILENT);
  }

  private static StepResult found(BoardFault fault, String step) {
    return found(BOARD, fault, step);
  }

  /**
   * What the step says at which bring-up stopped. Of the steps before it only the first runs, which
   * all others need; that they find nothing is tested on a board without faults.
   */
  private static StepResult found(SerialBoard kind, BoardFault fault, String step) {
    List<BringUpStep> steps =
        BringUp.standardSteps().stream()
            .filter(each -> List.of("identity", step).contains(each.name()))
            .toList();
    try (VirtualBoard board = board(kind, fault)) {
      LinkTransport link = new LinkTransport(board::pins);
      link.setBaud(Math.toIntExact(kind.clockHz() / CLOCKS_OF_BIT));
      try (TestedBoard tested =
          new TestedBoard(
              link,
              Optional.of(kind.configuration()),
              BoardClock.shared(board.pins()::nanoTime),
              Optional.of(link))) {
        List<BringUpReport.Step> ran =
            new BringUp(steps, false, "a test").run(tested, done -> {}).steps();
        BringUpReport.Step last = ran.get(ran.size() - 1);
        assertThat(last.name()).as(last.result().toString()).isEqualTo(step);
        assertThat(last.result().status()).isIn(StepStatus.FAILED, StepStatus.UNSUPPORTED);
        return last.result();
      }
    }
  }

  @Test
  void aStuckDataPinIsFound() {
    StepResult result = found(BoardFault.DATA_PIN, "data bus");
    assertThat(result.summary()).isEqualTo("data bit 5 is stuck at 1");
    assertThat(result.details()).containsExactly("data bit 21 is stuck at 1");
  }

  @Test
  void aStuckAddressPinIsFound() {
    StepResult result = found(BoardFault.ADDRESS_PIN, "address bus");
    assertThat(result.summary()).isEqualTo("address bit 9 is stuck: 0x0 and 0x200 are one place");
    assertThat(result.details())
        .containsExactly("address bit 20 is stuck: 0x0 and 0x100000 are one place");
  }

  @Test
  void aMemoryThatIsNotRefreshedIsFound() {
    StepResult result = found(BoardFault.REFRESH, "retention");
    assertThat(result.summary())
        .isEqualTo("card memory forgets within 0.08 s; check that it is refreshed");
    assertThat(result.details()).hasSize(3);
  }

  @Test
  void aClockThatIsTooFastIsFound() {
    StepResult result = found(BoardFault.CLOCK, "clock");
    assertThat(result.summary())
        .matches(
            "the clock has the wrong frequency: 61\\.[12]\\d\\d MHz, .* from 60\\.000 MHz, .*");
  }

  @Test
  void anotherBitstreamIsFound() {
    StepResult result = found(BoardFault.HASH, "identity");
    assertThat(result.status()).isEqualTo(StepStatus.UNSUPPORTED);
    assertThat(result.summary()).contains("does not know (CONFIG_HASH 0x");
  }

  @Test
  void anInterruptThatIsNotConnectedIsFound() {
    StepResult result = found(BoardFault.INTERRUPT, "interrupt");
    assertThat(result.summary())
        .isEqualTo("lost: list 1 ended, EVENTS.done is 1, but the interrupt did not come");
  }

  static Stream<SerialBoard> boardsOfBothMachines() {
    return Stream.of(BOARD, Boards.ICEBREAKER);
  }

  @ParameterizedTest
  @MethodSource("boardsOfBothMachines")
  void aDeadMultiplierIsFound(SerialBoard board) {
    StepResult result = found(board, BoardFault.MULTIPLIER, "matmul");
    assertThat(result.details())
        .contains("wrong: port 0, lane 0", "multiplier 3 of port 0, lane 0 is wrong")
        .doesNotContain("wrong: port 0, lane 1");
  }

  @ParameterizedTest
  @CsvSource({
    "CROSSED,'nothing is heard at all; .* RX is connected to TX and TX to RX'",
    "INVERTED,'and what is heard makes no sense; .* the levels of the line'"
  })
  void aMiswiredSerialLineIsFound(BoardFault fault, String reason) throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    try (VirtualBoard board = board(BOARD, fault);
        PseudoTerminal terminal = PseudoTerminal.open()) {
      Thread server = new Thread(() -> board.serve(terminal, () -> !done.get()));
      server.start();
      try {
        assertThatThrownBy(() -> new LinkTransport(() -> SerialPort.open(terminal.port(), BAUD)))
            .isInstanceOf(TransportException.class)
            .hasMessageMatching("no board answers on .* at 3000000 baud, " + reason);
      } finally {
        done.set(true);
        server.join();
      }
    }
  }

  @Test
  void aBoardWithoutTheSdramThatIsToBeBrokenIsRefused() {
    assertThatThrownBy(
            () ->
                new VirtualBoard(
                    Boards.ICEBREAKER,
                    Set.of(BoardFault.REFRESH),
                    LibraryOptions.CHECKED,
                    BuildProgress.SILENT))
        .hasMessage("the 1BitSquared iCEBreaker has no SDRAM");
  }
}

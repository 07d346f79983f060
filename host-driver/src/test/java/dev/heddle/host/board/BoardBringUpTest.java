package dev.heddle.host.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import dev.heddle.fpga.Boards;
import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.bringup.BoardClock;
import dev.heddle.host.bringup.BringUp;
import dev.heddle.host.bringup.BringUpReport;
import dev.heddle.host.bringup.StepStatus;
import dev.heddle.host.bringup.TestedBoard;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.LibraryOptions;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bring-up of boards at their serial pins: both kinds of SDRAM, and RAM of the FPGA. */
class BoardBringUpTest {
  static Stream<SerialBoard> boards() {
    return Stream.concat(
        Stream.of(Boards.ULX3S, Boards.TANG_NANO_20K)
            .map(board -> board.withMachine(Configuration.NANO)),
        Stream.of(Boards.ICEBREAKER));
  }

  @ParameterizedTest
  @MethodSource("boards")
  void bringUpFindsNothingWrong(SerialBoard board) {
    Configuration machine = board.configuration();
    try (VirtualBoard virtual =
        new VirtualBoard(board, LibraryOptions.CHECKED, BuildProgress.SILENT)) {
      LinkTransport link = new LinkTransport(virtual::pins);
      link.setBaud(board.fastestBaud());
      try (TestedBoard tested =
          new TestedBoard(
              link,
              Optional.of(machine),
              BoardClock.shared(virtual.pins()::nanoTime),
              Optional.of(link))) {
        BringUpReport report =
            new BringUp(BringUp.standardSteps(), true, "a test").run(tested, step -> {});
        assertThat(report.steps())
            .allSatisfy(
                step ->
                    assertThat(step.result().status())
                        .as(step.name() + ": " + step.result().summary())
                        .isEqualTo(
                            step.name().equals("attention")
                                ? StepStatus.SKIPPED
                                : StepStatus.PASSED));
      }
    }
  }
}

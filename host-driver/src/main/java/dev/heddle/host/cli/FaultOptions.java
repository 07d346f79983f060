package dev.heddle.host.cli;

import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.board.BoardFault;
import dev.heddle.host.board.VirtualBoard;
import dev.heddle.testbench.LibraryOptions;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that says what is wrong with a simulated board, and the way to such a board. */
final class FaultOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--fault",
      paramLabel = "FAULT",
      description = {
        "What is wrong with a simulated board, to see how bring-up finds it;",
        "may be repeated. One of: ${COMPLETION-CANDIDATES}."
      })
  private Set<BoardFault> faults = Set.of();

  /** What is wrong. */
  Set<BoardFault> faults() {
    return faults;
  }

  /**
   * Refuses faults, for a device that has no place for them.
   *
   * @throws ParameterException when there is one
   */
  void requireNone() {
    if (!faults.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--fault is for boards that are simulated, sim:BOARD");
    }
  }

  /**
   * A board with the faults, switched on.
   *
   * @throws ParameterException when it does not have what is to be broken
   */
  VirtualBoard open(SerialBoard board) {
    try (ProgressLine progress =
        new ProgressLine("simulator " + board.name(), spec.commandLine().getErr())) {
      return new VirtualBoard(board, faults, LibraryOptions.FAST, progress::update);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}

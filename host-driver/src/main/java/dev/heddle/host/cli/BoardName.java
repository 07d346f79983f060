package dev.heddle.host.cli;

import dev.heddle.fpga.Board;
import dev.heddle.fpga.Boards;
import dev.heddle.fpga.SerialBoard;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Finds the board that a command names. */
final class BoardName {
  private BoardName() {}

  /**
   * The board of a name.
   *
   * @throws ParameterException when there is none; says which there are
   */
  static Board find(CommandSpec spec, String name) {
    return Boards.named(name)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "there is no board %s; there are %s"
                        .formatted(
                            name,
                            Boards.all().stream()
                                .map(Board::name)
                                .collect(Collectors.joining(", ")))));
  }

  /** The names of the boards that can be simulated: those with a serial line. */
  static List<String> simulated() {
    return Boards.all().stream().filter(SerialBoard.class::isInstance).map(Board::name).toList();
  }

  /**
   * The board of a name, which has a serial line.
   *
   * @param otherwise what to do with a board that the host reaches by the buses of its processor
   * @throws ParameterException when there is none, or when it has no serial line
   */
  static SerialBoard findSerial(CommandSpec spec, String name, String otherwise) {
    Board board = find(spec, name);
    if (board instanceof SerialBoard serial) {
      return serial;
    }
    throw new ParameterException(
        spec.commandLine(),
        "the %s has no serial line, its host is the processor beside the logic; %s"
            .formatted(board.title(), otherwise));
  }
}

package dev.heddle.host.cli;

import dev.heddle.fpga.Board;
import dev.heddle.fpga.Boards;
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
}

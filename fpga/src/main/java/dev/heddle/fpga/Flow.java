package dev.heddle.fpga;

import java.util.List;
import java.util.stream.Collectors;

/** The commands that make the bitstream of a board of its sources. */
public interface Flow {
  /** The board. */
  Board board();

  /** The commands, in order. */
  List<FlowStep> steps();

  /** What the place-and-route tool writes its figures to. */
  default String reportFile() {
    return board().top() + ".report.json";
  }

  /** What the synthesis writes its figures to. */
  default String cellsFile() {
    return board().top() + ".cells.json";
  }

  /** A shell script of the same commands. */
  default String script() {
    return steps().stream()
        .map(
            step ->
                "# %s%n%s%n"
                    .formatted(
                        step.what(),
                        step.command().stream()
                            .map(
                                word ->
                                    word.matches("[A-Za-z0-9_./:=+-]+") ? word : "'" + word + "'")
                            .collect(Collectors.joining(" "))))
        .collect(
            Collectors.joining(
                "\n",
                "#!/usr/bin/env bash\n# Builds the bitstream of the %s.\nset -euo pipefail\n\n"
                    .formatted(board().title()),
                ""));
  }
}

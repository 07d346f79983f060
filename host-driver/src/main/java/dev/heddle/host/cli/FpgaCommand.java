package dev.heddle.host.cli;

import dev.heddle.fpga.Board;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heddle fpga}: bitstreams of boards. */
@Command(
    name = "fpga",
    description = "Builds bitstreams of boards with open tools, and loads them.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {FpgaBuildCommand.class, FpgaProgramCommand.class, FpgaDocumentCommand.class})
final class FpgaCommand implements Runnable {
  /** Folder of the builds of all boards, unless said otherwise. */
  static final String BUILDS = "build";

  @Spec private CommandSpec spec;

  /**
   * The folder of a board's build.
   *
   * @param chosen by the user; null where it was not
   */
  static Path folder(Board board, Path chosen) {
    return chosen == null ? Path.of(BUILDS, board.name()) : chosen;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: build, program or document");
  }
}

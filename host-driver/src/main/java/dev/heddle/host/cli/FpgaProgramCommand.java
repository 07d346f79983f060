package dev.heddle.host.cli;

import dev.heddle.fpga.Family;
import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.board.FpgaTools;
import dev.heddle.testbench.BuildException;
import dev.heddle.testbench.ExternalProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heddle fpga program}: loads a bitstream into a board. */
@Command(
    name = "program",
    description = {
      "Loads a board with its bitstream by openFPGALoader: until power goes,",
      "or into its flash."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class FpgaProgramCommand implements Callable<Integer> {
  private static final String LOADER = "openFPGALoader";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "BOARD", description = "Name of the board.")
  private String name;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the bitstream. Default: build/BOARD.")
  private Path out;

  @Option(names = "--flash", description = "Writes the flash, which is read at power-up.")
  private boolean flash;

  private final FpgaTools tools;

  /** The command with the tools of this user. */
  FpgaProgramCommand() {
    this(FpgaTools.ofUser());
  }

  /** The command with some tools. */
  FpgaProgramCommand(FpgaTools tools) {
    this.tools = tools;
  }

  @Override
  public Integer call() {
    SerialBoard board =
        BoardName.findSerial(
            spec, name, "load it there, as docs/boards/%s.md says".formatted(name));
    List<String> arguments =
        board
            .programmer()
            .orElseThrow(
                () ->
                    new CommandFailedException(
                        "openFPGALoader does not know the %s; load its bitstream as its maker says"
                            .formatted(board.title())));
    if (board.device().family() == Family.ICE40 && !flash) {
      throw new CommandFailedException(
          "openFPGALoader loads the %s from its flash only; add --flash".formatted(board.title()));
    }
    Path folder = FpgaCommand.folder(board, out);
    Path bitstream = folder.resolve(board.bitstream());
    if (!Files.exists(bitstream)) {
      throw new CommandFailedException(
          "there is no bitstream %s; make it: ./heddle fpga build %s"
              .formatted(bitstream, board.name()));
    }
    try {
      load(board, arguments, folder, bitstream);
    } catch (IOException e) {
      throw new CommandFailedException("cannot load %s: %s".formatted(bitstream, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("loading was interrupted: load the board again", e);
    }
    spec.commandLine()
        .getOut()
        .printf("%s: %s is in its %s%n", board.title(), bitstream, flash ? "flash" : "FPGA");
    spec.commandLine().getOut().flush();
    return 0;
  }

  private void load(SerialBoard board, List<String> arguments, Path folder, Path bitstream)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(tools.program(LOADER).toString());
    command.addAll(arguments);
    command.add(flash ? "--write-flash" : "--write-sram");
    command.add(bitstream.getFileName().toString());
    Path log = folder.resolve("program.log").toAbsolutePath();
    try {
      ExternalProgram.run("loading", command, folder, log);
    } catch (BuildException e) {
      throw new CommandFailedException(
          "the %s was not loaded; see that it is connected by USB, and that you may open it%n%s"
              .formatted(board.title(), e.getMessage()),
          e);
    }
  }
}

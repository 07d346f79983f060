package dev.heddle.host.cli;

import dev.heddle.fpga.Board;
import dev.heddle.fpga.BoardDocuments;
import dev.heddle.fpga.Boards;
import dev.heddle.fpga.MeasuredBuild;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code heddle fpga document}: the pages of boards, and the table of their bitstreams. */
@Command(
    name = "document",
    description = "Writes the pages of boards and the table of the bitstreams that were built.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class FpgaDocumentCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--builds",
      paramLabel = "DIR",
      defaultValue = FpgaCommand.BUILDS,
      description =
          "Folder of builds, one a board, whose figures are taken over. Default: ${DEFAULT-VALUE}.")
  private Path builds;

  @Option(
      names = "--docs",
      paramLabel = "DIR",
      defaultValue = "docs",
      description = "Folder of the documents. Default: ${DEFAULT-VALUE}.")
  private Path docs;

  @Override
  public Integer call() {
    PrintWriter print = spec.commandLine().getOut();
    BoardDocuments documents = new BoardDocuments(docs);
    try {
      for (Board board : Boards.all()) {
        Path file = builds.resolve(board.name()).resolve(MeasuredBuild.file(board));
        if (Files.exists(file)) {
          takeOver(board, file, documents, print);
        }
      }
      documents.write();
    } catch (IOException e) {
      throw new CommandFailedException("cannot write the pages of boards: " + e.getMessage(), e);
    }
    print.printf("pages of %d boards in %s%n", Boards.all().size(), docs);
    print.flush();
    return 0;
  }

  private static void takeOver(Board board, Path file, BoardDocuments documents, PrintWriter print)
      throws IOException {
    MeasuredBuild build = MeasuredBuild.parse(Files.readString(file));
    if (build.isOf(board)) {
      documents.keep(board, build);
      print.printf("%s: figures of %s%n", board.name(), file);
    } else {
      print.printf(
          "%s: %s is of another machine or clock and left out; build it again%n",
          board.name(), file);
    }
  }
}

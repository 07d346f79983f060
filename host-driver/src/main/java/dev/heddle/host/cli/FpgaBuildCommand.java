package dev.heddle.host.cli;

import dev.heddle.fpga.Board;
import dev.heddle.fpga.BoardDesign;
import dev.heddle.fpga.BuildReport;
import dev.heddle.fpga.Flow;
import dev.heddle.fpga.FlowStep;
import dev.heddle.fpga.MeasuredBuild;
import dev.heddle.host.board.FpgaTools;
import dev.heddle.testbench.ExternalProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heddle fpga build}: Verilog, constraints and bitstream of a board. */
@Command(
    name = "build",
    description = {
      "Writes the Verilog and the constraints of a board and makes its bitstream.",
      "Fails when the clock of the board is not met."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class FpgaBuildCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "BOARD", description = "Name of the board.")
  private String name;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of all files. Default: build/BOARD.")
  private Path out;

  @Option(
      names = "--config",
      paramLabel = "NAME",
      description = "Configuration of the machine. Default: that of the board.")
  private String configuration;

  @Option(names = "--sources", description = "Writes the sources and build.sh only.")
  private boolean sourcesOnly;

  @Override
  public Integer call() {
    Board board = board();
    BoardDesign design = board.design();
    Path folder = FpgaCommand.folder(board, out);
    try {
      write(design.files(), folder);
      PrintWriter print = spec.commandLine().getOut();
      if (sourcesOnly) {
        design.files().keySet().forEach(file -> print.println(folder.resolve(file)));
        print.flush();
        return 0;
      }
      build(design.flow(), folder);
      return report(board, design.flow(), folder, print);
    } catch (IOException e) {
      throw new CommandFailedException("cannot build in %s: %s".formatted(folder, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("the build was interrupted", e);
    }
  }

  private Board board() {
    Board board = BoardName.find(spec, name);
    if (configuration == null) {
      return board;
    }
    try {
      return board.withMachine(ConfigurationName.find(spec, configuration));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static void write(Map<String, String> files, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    folder.resolve("build.sh").toFile().setExecutable(true);
  }

  private void build(Flow flow, Path folder) throws IOException, InterruptedException {
    FpgaTools tools = FpgaTools.ofUser();
    List<FlowStep> steps = flow.steps();
    List<List<String>> commands = new ArrayList<>();
    // All of them are looked for before the first runs, which may take an hour.
    for (FlowStep step : steps) {
      List<String> command = new ArrayList<>(step.command());
      command.set(0, tools.program(command.get(0)).toString());
      commands.add(command);
    }
    try (ProgressLine progress =
        new ProgressLine("building a bitstream", spec.commandLine().getErr())) {
      for (int i = 0; i < steps.size(); i++) {
        FlowStep step = steps.get(i);
        progress.update(i, steps.size(), step.what());
        Path log = folder.resolve(step.what().replace(' ', '-') + ".log");
        ExternalProgram.run(step.what(), commands.get(i), folder, log.toAbsolutePath());
      }
    }
  }

  private static int report(Board board, Flow flow, Path folder, PrintWriter print)
      throws IOException {
    BuildReport report =
        BuildReport.read(folder.resolve(flow.reportFile()), folder.resolve(flow.cellsFile()));
    MeasuredBuild build = MeasuredBuild.of(board, report);
    Files.writeString(folder.resolve(MeasuredBuild.file(board)), build.json());
    print.printf("%s, %s%n", board.title(), board.device().part());
    print.printf("  LUT          %,7d of %,d%n", report.luts(), board.device().luts());
    print.printf("  flip-flops   %,7d%n", report.registers());
    print.printf(
        "  multipliers  %,7d of %,d%n", report.multipliers(), board.device().multipliers());
    print.printf("  block RAM    %,7d%n", report.blockRams());
    if (report.singlePortRams() > 0) {
      print.printf("  larger RAM   %,7d%n", report.singlePortRams());
    }
    print.printf(
        "  clock        %7.1f MHz, %.1f wanted%n",
        report.achievedHz() / 1e6, board.clockHz() / 1e6);
    print.println(folder.resolve(board.bitstream()));
    print.flush();
    if (!build.meetsClock()) {
      throw new CommandFailedException(
          "the clock of %.1f MHz is missed: the slowest path allows %.1f MHz"
              .formatted(board.clockHz() / 1e6, report.achievedHz() / 1e6));
    }
    return 0;
  }
}

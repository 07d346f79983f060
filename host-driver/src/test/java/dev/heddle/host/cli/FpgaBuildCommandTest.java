package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.fpga.Boards;
import dev.heddle.fpga.BuildReport;
import dev.heddle.fpga.Flow;
import dev.heddle.fpga.MeasuredBuild;
import dev.heddle.fpga.SerialBoard;
import dev.heddle.host.board.SynthesisedBoard;
import dev.heddle.host.board.VirtualBoard;
import dev.heddle.host.bringup.BoardClock;
import dev.heddle.host.bringup.BringUp;
import dev.heddle.host.bringup.BringUpStep;
import dev.heddle.host.bringup.StepStatus;
import dev.heddle.host.bringup.TestedBoard;
import dev.heddle.host.link.LinkTransport;
import dev.heddle.testbench.ExternalProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FpgaBuildCommandTest {
  @TempDir private Path folder;

  @Test
  void theIceBreakerGetsABitstreamThatMeetsItsClockAndMultipliesRight() throws Exception {
    Path out = folder.resolve("icebreaker");
    CommandRun run = CommandRun.of("fpga", "build", "icebreaker", "--out", out.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("1BitSquared iCEBreaker, iCE40UP5K-SG48", "MHz, 24.0 wanted");
    SerialBoard board = Boards.ICEBREAKER;
    Flow flow = board.design().flow();
    assertThat(Files.size(out.resolve(board.bitstream()))).isGreaterThan(100_000);
    BuildReport report =
        BuildReport.read(out.resolve(flow.reportFile()), out.resolve(flow.cellsFile()));
    assertThat(report.achievedHz()).isGreaterThanOrEqualTo(board.clockHz());
    MeasuredBuild kept =
        MeasuredBuild.parse(Files.readString(out.resolve(MeasuredBuild.file(board))));
    assertThat(kept).isEqualTo(MeasuredBuild.of(board, report));
    // All of card memory is in the four large memories, all queues and the activations are in block
    // RAM, and each multiplier of the FPGA makes one of the eight products.
    assertThat(report.singlePortRams()).isEqualTo(4);
    assertThat(report.blockRams()).isBetween(20, 30);
    assertThat(report.multipliers()).isEqualTo(board.device().multipliers());
    assertThat(report.luts()).isBetween(4_000, board.device().luts());
    assertThat(report.registers()).isBetween(1_500, 2_500);
    whatSynthesisHasMadeWorks(board, out);
  }

  private static void whatSynthesisHasMadeWorks(SerialBoard board, Path out) throws Exception {
    Set<String> wanted = Set.of("identity", "interrupt", "counters", "matmul");
    List<BringUpStep> steps =
        BringUp.standardSteps().stream().filter(step -> wanted.contains(step.name())).toList();
    VirtualBoard cells = SynthesisedBoard.open(board, out);
    LinkTransport link = new LinkTransport(cells);
    link.setBaud(board.fastestBaud());
    try (TestedBoard tested =
        new TestedBoard(
            link,
            Optional.of(board.configuration()),
            BoardClock.shared(link::nanoTime),
            Optional.of(link))) {
      assertThat(new BringUp(steps, true, "a test").run(tested, step -> {}).steps())
          .hasSameSizeAs(wanted)
          .allSatisfy(
              step ->
                  assertThat(step.result().status())
                      .as(step.name() + ": " + step.result().summary())
                      .isEqualTo(StepStatus.PASSED));
    }
  }

  @Test
  void theSourcesAreWrittenWithoutAnyTool() throws IOException {
    Path out = folder.resolve("ulx3s");
    CommandRun run = CommandRun.of("fpga", "build", "ulx3s", "--sources", "--out", out.toString());
    assertThat(run.err()).isEmpty();
    try (Stream<Path> files = Files.list(out)) {
      assertThat(run.out().lines())
          .containsExactlyInAnyOrderElementsOf(files.map(Path::toString).toList());
    }
    assertThat(out.resolve("build.sh")).isExecutable();
    assertThat(out.resolve("heddle_ulx3s.v"))
        .content()
        .contains("inout  wire [15:0] sdram_dq", "EHXPLLL", "module heddle_ulx3s (");
  }

  @Test
  void withoutVivadoABoardThatNeedsItIsRefusedBeforeAnythingRuns() throws IOException {
    Path out = folder.resolve("kv260");
    CommandRun run = CommandRun.of("fpga", "build", "kv260", "--sources", "--out", out.toString());
    assertThat(run.err()).isEmpty();
    assertThat(out)
        .isDirectoryContaining("glob:**/heddle_kv260.dtsi")
        .isDirectoryContaining("glob:**/heddle_default_shelled.v");
    assumeTrue(ExternalProgram.find("vivado", System.getenv("PATH")).isEmpty(), "Vivado is here");
    run = CommandRun.of("fpga", "build", "kv260", "--out", out.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("vivado was not found on the search path; install Vivado of AMD")
        .contains("settings64.sh");
    assertThat(out).isDirectoryNotContaining("glob:**.log");
  }

  @Test
  void theBusesOfAProcessorTakeMachinesOfFourPortsOf128Bits() throws IOException {
    Path out = folder.resolve("kv260");
    CommandRun run =
        CommandRun.of(
            "fpga", "build", "kv260", "--config", "midi", "--sources", "--out", out.toString());
    assertThat(run.err()).isEmpty();
    assertThat(out.resolve("heddle_midi_shelled.v")).exists();
    run = CommandRun.of("fpga", "build", "kv260", "--config", "large");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "configuration large has 4 memory ports of 512 bits, but the AMD Kria KV260 has 4 of up to 128");
  }

  @Test
  void aBoardWithoutASerialLineIsNeitherSimulatedAtItsPinsNorLoadedOverUsb() {
    CommandRun run = CommandRun.of("board", "kv260");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("the AMD Kria KV260 has no serial line", "--device sim:CONFIG");
    run = CommandRun.of("fpga", "program", "kv260");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("load it there, as docs/boards/kv260.md says");
  }

  @Test
  void aBoardIsBuiltWithAnotherMachineOfOnePort() throws IOException {
    Path out = folder.resolve("ulx3s");
    CommandRun run =
        CommandRun.of(
            "fpga", "build", "ulx3s", "--config", "small", "--sources", "--out", out.toString());
    assertThat(run.err()).isEmpty();
    assertThat(out.resolve("heddle_ulx3s_core_heddle_small.v")).exists();
    run = CommandRun.of("fpga", "build", "ulx3s", "--config", "default");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("configuration default has 2 memory ports, but a board has one");
    run = CommandRun.of("fpga", "build", "ulx3s", "--config", "huge");
    assertThat(run.err()).contains("there is no configuration huge; there are nano, small,");
  }

  @Test
  void aBoardWithFewerMultipliersThanItsMachineMakesTheOthersOfLogic() throws IOException {
    Path out = folder.resolve("orangecrab");
    CommandRun.of("fpga", "build", "orangecrab", "--sources", "--out", out.toString());
    // 32 products and 3 multiplications by scales, with 28 DSP blocks.
    assertThat(out.resolve("build.sh"))
        .content()
        .contains("w:product_25 ", "select -assert-count 7 @logic; booth @logic")
        .doesNotContain("w:product_24 ");
  }

  @Test
  void theFiguresOfABuildGoIntoThePagesOfBoards() throws IOException {
    Path docs = Files.createDirectory(folder.resolve("docs"));
    Files.copy(Path.of("..", "docs", "boards.md"), docs.resolve("boards.md"));
    Path builds = Files.createDirectories(folder.resolve("builds").resolve("icesugar"));
    BuildReport figures = new BuildReport(1, 2, 3, 4, 0, 24e6);
    Files.writeString(
        builds.resolve("icesugar.json"), MeasuredBuild.of(Boards.ICESUGAR, figures).json());
    CommandRun run =
        CommandRun.of(
            "fpga",
            "document",
            "--docs",
            docs.toString(),
            "--builds",
            builds.getParent().toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("icesugar: figures of ", "pages of %d boards".formatted(Boards.all().size()));
    assertThat(docs.resolve("boards.md")).content().contains("1 of 5,280 | 2 | 3 of 8, 38 %");
    assertThat(docs.resolve("boards/icesugar.md")).content().contains("24.0 MHz for 24.");
  }

  @Test
  void anUnknownBoardIsRefusedWithThoseThatThereAre() {
    CommandRun run = CommandRun.of("fpga", "build", "icestick");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("there is no board icestick; there are icebreaker, icesugar,");
  }

  @Test
  void withoutAnActionTheCommandSaysWhatThereIs() {
    CommandRun run = CommandRun.of("fpga");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("say what to do: build, program or document");
  }
}

package dev.heddle.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.fpga.Board;
import dev.heddle.fpga.BoardDesign;
import dev.heddle.fpga.Boards;
import dev.heddle.fpga.BuildReport;
import dev.heddle.fpga.Flow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FpgaBuildCommandTest {
  @TempDir private Path folder;

  @Test
  void theIceBreakerGetsABitstreamThatMeetsItsClock() throws IOException {
    Path out = folder.resolve("icebreaker");
    CommandRun run = CommandRun.of("fpga", "build", "icebreaker", "--out", out.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("1BitSquared iCEBreaker, iCE40UP5K-SG48", "MHz, 24.0 wanted");
    Board board = Boards.ICEBREAKER;
    Flow flow = new BoardDesign(board).flow();
    assertThat(Files.size(out.resolve(flow.bitstream()))).isGreaterThan(100_000);
    BuildReport report =
        BuildReport.read(out.resolve(flow.reportFile()), out.resolve(flow.cellsFile()));
    assertThat(report.achievedHz()).isGreaterThanOrEqualTo(board.clockHz());
    // All of card memory is in the four large memories, all queues are in block RAM.
    assertThat(report.singlePortRams()).isEqualTo(4);
    assertThat(report.blockRams()).isBetween(4, 8);
    assertThat(report.luts()).isBetween(1_000, 2_000);
    assertThat(report.registers()).isBetween(400, 800);
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
  void anUnknownBoardIsRefusedWithThoseThatThereAre() {
    CommandRun run = CommandRun.of("fpga", "build", "icestick");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("there is no board icestick; there are icebreaker, icesugar,");
  }

  @Test
  void withoutAnActionTheCommandSaysWhatThereIs() {
    CommandRun run = CommandRun.of("fpga");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("say what to do: build");
  }
}

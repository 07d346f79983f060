package dev.heddle.host.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.fpga.Pll;
import dev.heddle.fpga.SerialBoard;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.ExternalProgram;
import dev.heddle.testbench.LibraryOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What synthesis has made of the top level of an iCE40 board: its cells, with the models that yosys
 * has of them, and the PLL of the simulation.
 */
public final class SynthesisedBoard {
  private static final String PLL = "module SB_PLL40_PAD ";

  private SynthesisedBoard() {}

  /**
   * A virtual board of these cells.
   *
   * @param folder where the board was built
   */
  public static VirtualBoard open(SerialBoard board, Path folder)
      throws IOException, InterruptedException {
    return new VirtualBoard(
        board, netlist(board, folder), LibraryOptions.FAST, BuildProgress.SILENT);
  }

  private static VerilogDesign netlist(SerialBoard board, Path folder)
      throws IOException, InterruptedException {
    VerilogDesign sources = board.design().simulation();
    Path yosys = ExternalProgram.find("yosys", System.getenv("PATH")).orElseThrow();
    write(yosys, folder, board.top());
    Path data = yosys.toRealPath().getParent().resolveSibling("share/yosys");
    String models = Files.readString(data.resolve("ice40/cells_sim.v"));
    assertThat(models).contains(PLL);
    String text =
        String.join(
            "\n",
            // An input with a default is too new for Verilator; the netlist connects all it needs.
            "`define NO_ICE40_DEFAULT_ASSIGNMENTS",
            Files.readString(folder.resolve("netlist.v")),
            models.replace(PLL, "module WITHOUT_MODEL "),
            Pll.of(board).model());
    return new VerilogDesign(sources.top(), text, sources.ports());
  }

  private static void write(Path yosys, Path folder, String top)
      throws IOException, InterruptedException {
    String script = "read_json %s.json; write_verilog -noattr netlist.v".formatted(top);
    Process process =
        new ProcessBuilder(yosys.toString(), "-q", "-p", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}

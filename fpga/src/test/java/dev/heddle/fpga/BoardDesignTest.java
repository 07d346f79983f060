package dev.heddle.fpga;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.verilog.VerilogDesign;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BoardDesignTest {
  static Stream<SerialBoard> boards() {
    return Boards.serial().stream();
  }

  @ParameterizedTest
  @MethodSource("boards")
  void everyPortOfTheTopHasAPinOfItsOwn(SerialBoard board) {
    Map<String, String> files = board.design().files();
    String top = files.get(board.top() + ".v");
    String constraints = files.get(ConstraintFile.name(board));
    Set<String> sites = new HashSet<>();
    ConstraintFile.pins(board)
        .forEach(
            (port, pin) -> {
              String name = port.replaceAll("\\[.*", "");
              assertThat(top).containsPattern("(input|output|inout) +wire .*" + name + "\\b");
              Pattern named = Pattern.compile(Pattern.quote(port) + "(\\W|$)");
              Pattern placed = Pattern.compile("\\b" + pin.site() + "\\b");
              assertThat(constraints.lines())
                  .anyMatch(line -> named.matcher(line).find() && placed.matcher(line).find());
              assertThat(sites.add(pin.site())).as(pin.site()).isTrue();
            });
    assertThat(board.sources()).isNotEmpty();
  }

  @Test
  void aChipInThePackageHasPortsOfItsNamesAndNoPins() {
    SerialBoard board = Boards.TANG_NANO_20K;
    Map<String, String> files = board.design().files();
    assertThat(files.get(board.top() + ".v"))
        .contains(
            "output wire O_sdram_clk",
            "output wire O_sdram_cke",
            "output wire O_sdram_cs_n",
            "output wire O_sdram_ras_n",
            "output wire O_sdram_cas_n",
            "output wire O_sdram_wen_n",
            "output wire [1:0] O_sdram_ba",
            "output wire [10:0] O_sdram_addr",
            "output wire [3:0] O_sdram_dqm",
            "inout  wire [31:0] IO_sdram_dq",
            ".sdram_we_n(O_sdram_wen_n)",
            ".CLKOUTP(O_sdram_clk)");
    assertThat(files.get(ConstraintFile.name(board))).doesNotContain("sdram_");
    assertThat(BoardMarkdown.page(board, Optional.empty()))
        .contains("8 MB of SDRAM, GW2AR18", "The SDRAM is in the package");
    assertThat(board.design().simulation().ports().stream().map(VerilogDesign.Port::name))
        .contains("sdram_clk", "sdram_we_n", "sdram_dq_in");
  }

  @ParameterizedTest
  @MethodSource("boards")
  void theScriptBuildsEveryModuleThatIsWritten(SerialBoard board) {
    BoardDesign design = board.design();
    String script = design.files().get("build.sh");
    design.files().keySet().stream()
        .filter(file -> file.endsWith(".v"))
        .forEach(file -> assertThat(script).contains(" " + file));
    assertThat(script).contains(ConstraintFile.name(board)).contains(board.bitstream());
  }
}

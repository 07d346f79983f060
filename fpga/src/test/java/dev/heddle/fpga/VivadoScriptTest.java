package dev.heddle.fpga;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script for Vivado, run by Tcl with commands in place of Vivado's that write down calls. */
class VivadoScriptTest {
  private static final String STANDINS =
      """
      foreach name {read_verilog read_xdc synth_design opt_design place_design phys_opt_design route_design write_bitstream} {
        proc $name args [format {puts "%s $args"} $name]
      }
      proc get_cells {args} {
        foreach {kind count} {LUT* 1200 DSP48E1 70 RAMB18E1 3 RAMB36E1 20 FD* 900} {
          if {[lindex $args end] eq "IS_PRIMITIVE && REF_NAME =~ $kind"} { return [lrepeat $count cell] }
        }
        error "nothing is known of $args"
      }
      proc get_timing_paths {args} { return path }
      proc get_property {name of} { dict get {REQUIREMENT 16.667 SLACK 4.167} $name }
      set argv [lassign $argv script]
      source $script
      """;

  @TempDir private Path folder;

  @Test
  void itTakesAllStepsAndWritesItsFiguresAsTheOtherToolsDo() throws Exception {
    SerialBoard board = Boards.ARTY_A7_35T;
    BoardDesign design = board.design();
    for (Map.Entry<String, String> file : design.files().entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    Files.writeString(folder.resolve("standins.tcl"), STANDINS);
    List<String> build = design.flow().steps().get(0).command();
    assertThat(build).startsWith("vivado", "-mode", "batch", "-source", "build.tcl", "-tclargs");
    List<String> command = new ArrayList<>(List.of("tclsh", "standins.tcl", build.get(4)));
    command.addAll(build.subList(6, build.size()));
    Process tcl =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String calls = new String(tcl.getInputStream().readAllBytes());
    assertThat(tcl.waitFor()).as(calls).isZero();
    assertThat(calls)
        .containsSubsequence(
            "heddle_arty_a7_35t.v",
            "heddle_arty_a7_35t.xdc",
            "-top heddle_arty_a7_35t -part xc7a35ticsg324-1L",
            "place_design",
            "route_design",
            "write_bitstream",
            "-force heddle_arty_a7_35t.bit");
    BuildReport report =
        BuildReport.read(
            folder.resolve(design.flow().reportFile()), folder.resolve(design.flow().cellsFile()));
    assertThat(report).isEqualTo(new BuildReport(1200, 900, 70, 43, 0, 80e6));
  }

  @Test
  void thePinsAndClocksOfAnArtyAreInItsConstraints() {
    assertThat(ConstraintFile.text(Boards.ARTY_A7_100T))
        .contains(
            "set_property -dict {PACKAGE_PIN E3 IOSTANDARD LVCMOS33} [get_ports {clock_in}]\n")
        .contains("create_clock -name clock_in -period 10.000 [get_ports clock_in]\n")
        .contains("set_property CONFIG_VOLTAGE 3.3 [current_design]\n");
    assertThat(Boards.ARTY_A7_100T.design().files().get("heddle_arty_a7_100t.v"))
        .contains("wire feedback;", "PLLE2_BASE", ".CLKFBIN(feedback)", ".CLKFBOUT(feedback)");
  }
}

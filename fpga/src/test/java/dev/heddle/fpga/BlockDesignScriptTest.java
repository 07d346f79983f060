package dev.heddle.fpga;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.Configuration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The script of a block design, run by Tcl with commands in place of Vivado's that know what there
 * is: cells, pins, parameters, segments of addresses.
 */
class BlockDesignScriptTest {
  private static final ProcessorBoard BOARD = Boards.KV260;
  private static final Map<String, String> FILES = BOARD.design().files();
  private static final Flow FLOW = BOARD.design().flow();
  private static final String STANDINS = "block_design.tcl";

  @TempDir private Path folder;

  /** What a program said and how it ended. */
  private record Outcome(int exitCode, String text) {}

  @BeforeEach
  void write() throws IOException {
    write(FILES);
    try (InputStream standins = getClass().getResourceAsStream(STANDINS)) {
      Files.write(folder.resolve(STANDINS), standins.readAllBytes());
    }
  }

  private void write(Map<String, String> files) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
  }

  private Outcome run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }

  private Outcome build() throws IOException, InterruptedException {
    List<String> build = FLOW.steps().get(0).command();
    assertThat(build).containsExactly("vivado", "-mode", "batch", "-source", "build.tcl");
    return run("tclsh", STANDINS, build.get(4));
  }

  @Test
  void theMachineIsPutBesideTheProcessorAndTheFiguresAreWritten() throws Exception {
    Outcome outcome = build();
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    assertThat(outcome.text())
        .contains(
            "project heddle_kv260 of xck26-sfvc784-2LV-c",
            "registers at 0xa0000000",
            "m_axi_mem0 reaches memory by S_AXI_HP0_FPD",
            "m_axi_mem1 reaches memory by S_AXI_HP1_FPD");
    assertThat(folder.resolve(BOARD.vivadoBitstream())).exists();
    assertThat(folder.resolve("heddle_kv260.xsa")).exists();
    assertThat(folder.resolve("heddle_kv260.timing.rpt")).exists();
    assertThat(
            BuildReport.read(folder.resolve(FLOW.reportFile()), folder.resolve(FLOW.cellsFile())))
        .isEqualTo(new BuildReport(1200, 900, 400, 43, 0, 125e6));
  }

  @Test
  void aMachineOfOneNarrowPortIsConnectedTheSameWay() throws Exception {
    write(BOARD.withMachine(Configuration.NANO).design().files());
    Outcome outcome = build();
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    assertThat(outcome.text())
        .contains("m_axi_mem0 reaches memory by S_AXI_HP0_FPD")
        .doesNotContain("HP1");
  }

  @ParameterizedTest
  @CsvSource({
    "saxi[string, saxx[string, there is no pin processor/saxxhp0_fpd_aclk",
    "CONFIG.PSU__USE__M_AXI_GP1 0, , nothing drives processor/maxihpm1_fpd_aclk",
    "CONFIG.PSU__USE__IRQ0 1, , there is no pin processor/pl_ps_irq0",
    "__DATA_WIDTH 128, __DATA_WIDTH 256, PSU__MAXIGP0__DATA_WIDTH cannot be 256",
    "peripheral_reset, peripheral_aresetn, machine/reset is driven by reset/peripheral_aresetn",
    "-range 8192, -range 4096, the window of the registers has 4096 bytes",
    "{DDR_LOW DDR_HIGH}, {DDR_LOW}, processor/SAXIGP2/HP0_DDR_HIGH is wrong for m_axi_mem0",
    "validate_bd_design, validate_design, invalid command name",
  })
  void aMistakeInTheScriptIsFound(String right, String wrong, String message) throws Exception {
    Path script = folder.resolve("build.tcl");
    String text = Files.readString(script);
    assertThat(text).contains(right);
    Files.writeString(script, text.replace(right, wrong == null ? "" : wrong));
    Outcome outcome = build();
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.text()).contains(message);
  }

  @Test
  void aRunThatFailsEndsTheScriptBeforeThereAreFigures() throws Exception {
    Outcome outcome = run("tclsh", STANDINS, "build.tcl", "route_design ERROR");
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.text())
        .contains("the bitstream was not made: route_design ERROR", "runs/impl_1");
    assertThat(folder.resolve(FLOW.reportFile())).doesNotExist();
  }

  @Test
  void theModulesOfTheScriptAreCompleteVerilog() throws Exception {
    List<String> command =
        new ArrayList<>(List.of("iverilog", "-t", "null", "-g2005", "-Wall", "-s", BOARD.top()));
    FILES.keySet().stream()
        .filter(file -> file.endsWith(".v"))
        .forEach(
            file -> {
              command.add(file);
              assertThat(folder.resolve("build.tcl"))
                  .content()
                  .containsOnlyOnce("\n  " + file + "\n");
            });
    Outcome outcome = run(command.toArray(String[]::new));
    assertThat(outcome.text()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
  }
}

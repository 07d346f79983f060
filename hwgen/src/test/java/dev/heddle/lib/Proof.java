package dev.heddle.lib;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A formal proof with yosys-smtbmc and z3: the {@code check}s of a component hold in every
 * behaviour that its {@code assume}s allow, for every sequence of its inputs, from reset on.
 *
 * <p>A component with one clock is reset in the first step, and a step is a cycle. One with more
 * clocks gets clocks that rise in any order and at any rate, also at the same time: in each step
 * each of them rises or does not. Reset then lasts until every clock has risen.
 */
final class Proof {
  private final Path folder;
  private final String smt;

  private Proof(Path folder, String smt) {
    this.folder = folder;
    this.smt = smt;
  }

  /** Prepares the proof of {@code component} in {@code folder}. */
  static Proof of(Path folder, Component component) throws IOException, InterruptedException {
    VerilogDesign design = VerilogWriter.write(component);
    String name = "proof_" + design.top();
    Path verilog = folder.resolve(name + ".v");
    String text = design.text() + harness(name, design);
    Files.writeString(verilog, clocks(design).size() > 1 ? withClocksInSteps(text) : text);
    String smt = name + ".smt2";
    String script =
        ("read_verilog -formal -DFORMAL %s; prep -flatten -top %s; memory_map -formal;"
                + " chformal -early; opt_clean; dffunmap; write_smt2 -wires %s")
            .formatted(verilog.getFileName(), name, smt);
    String output = run(folder, "yosys", "-q", "-p", script);
    assertThat(folder.resolve(smt)).as(output).exists();
    return new Proof(folder, smt);
  }

  /** The clocks become inputs that say in which steps of the proof they rise. */
  private static String withClocksInSteps(String text) {
    return text.replaceAll("@\\(posedge (\\w+)\\)", "@(\\$global_clock) if ($1)");
  }

  /** Asserts that no check fails in the first {@code steps} steps. */
  void holdsFor(int steps) throws IOException, InterruptedException {
    String output = smtbmc("-t", String.valueOf(steps));
    assertThat(output).endsWith("Status: PASSED");
  }

  /**
   * Asserts that no check fails in any step: not in the first {@code steps}, and not after any
   * {@code steps} steps without failure.
   */
  void holdsForEver(int steps) throws IOException, InterruptedException {
    holdsFor(steps);
    String output = smtbmc("-i", "-t", String.valueOf(steps));
    assertThat(output).endsWith("Status: PASSED");
  }

  /** Asserts that some check fails within {@code steps} steps. */
  void failsWithin(int steps) throws IOException, InterruptedException {
    assertThat(smtbmc("-t", String.valueOf(steps)))
        .contains("Assert failed in")
        .endsWith("Status: FAILED");
  }

  /** Asserts that each cover statement can be reached within {@code steps} steps. */
  void reaches(int steps) throws IOException, InterruptedException {
    assertThat(smtbmc("-c", "-t", String.valueOf(steps)))
        .contains("Reached cover statement")
        .endsWith("Status: PASSED");
  }

  private String smtbmc(String... options) throws IOException, InterruptedException {
    // Without unrolling z3 expands the shared parts of an expression once for each use.
    List<String> command = new ArrayList<>(List.of("yosys-smtbmc", "--unroll", "-s", "z3"));
    command.addAll(Arrays.asList(options));
    command.add(smt);
    return run(folder, command.toArray(new String[0])).strip();
  }

  private static List<String> clocks(VerilogDesign design) {
    return design.ports().stream()
        .map(VerilogDesign.Port::name)
        .filter(port -> port.equals("clk") || port.endsWith("_clk"))
        .toList();
  }

  /** The top of the proof: free inputs, reset at the start. */
  private static String harness(String name, VerilogDesign design) {
    List<String> clocks = clocks(design);
    List<String> resets = clocks.stream().map(clock -> clock.replace("clk", "reset")).toList();
    StringBuilder text = new StringBuilder("\nmodule " + name + " (\n");
    List<String> inputs = new ArrayList<>();
    List<String> connections = new ArrayList<>();
    for (VerilogDesign.Port port : design.ports()) {
      if (resets.contains(port.name())) {
        connections.add(".%s(reset)".formatted(port.name()));
      } else if (port.input()) {
        inputs.add("  input wire [%d:0] %s".formatted(port.width() - 1, port.name()));
        connections.add(".%s(%s)".formatted(port.name(), port.name()));
      }
    }
    text.append(String.join(",\n", inputs)).append("\n);\n");
    for (String clock : clocks) {
      text.append("  reg %s_rose = 1'b0;\n".formatted(clock));
      text.append("  always @(posedge %s) %s_rose <= 1'b1;\n".formatted(clock, clock));
    }
    String all = String.join(" && ", clocks.stream().map(clock -> clock + "_rose").toList());
    text.append("  wire reset = !(%s);\n".formatted(all));
    text.append("  %s proved (%s);\n".formatted(design.top(), String.join(", ", connections)));
    return text.append("endmodule\n").toString();
  }

  private static String run(Path folder, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}

package dev.heddle.hdl.verilog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.Component;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Demands that Verilator {@code -Wall}, Icarus {@code -Wall} and yosys {@code check} say nothing
 * about a design: as it is, with the properties of simulation, and with those of proofs.
 */
public final class Lint {
  private static final Pattern MODULE =
      Pattern.compile(
          "(?:^//[^\n]*\n)*^module (\\w+).*?^endmodule\n", Pattern.MULTILINE | Pattern.DOTALL);

  private Lint() {}

  /**
   * Writes the design of {@code top} into {@code folder}, a file for each module, and asks the
   * three tools.
   *
   * @param blackBoxes text of the modules that the design leaves to others, by name
   */
  public static void assertClean(Component top, Path folder, Map<String, String> blackBoxes)
      throws IOException, InterruptedException {
    VerilogDesign design = VerilogWriter.write(top);
    Map<String, String> texts = new LinkedHashMap<>(modules(design));
    texts.putAll(blackBoxes);
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, String> module : texts.entrySet()) {
      String name = module.getKey() + ".v";
      Files.writeString(
          folder.resolve(name),
          "`default_nettype none\n" + module.getValue() + "`default_nettype wire\n");
      files.add(name);
    }
    assertClean(design.top(), files, folder);
  }

  /** Asks the three tools about the files of a design in {@code folder}. */
  public static void assertClean(String top, List<String> files, Path folder)
      throws IOException, InterruptedException {
    for (String define : List.of("", "-DSIMULATION", "-DFORMAL")) {
      List<String> verilator = command("verilator --lint-only -Wall --top-module " + top);
      silent(folder, verilator, define, files);
      if (!define.equals("-DFORMAL")) {
        List<String> icarus = command("iverilog -g2005 -Wall -t null -s " + top);
        silent(folder, icarus, define, files);
      }
      if (define.equals("-DSIMULATION")) {
        // What is guarded by SIMULATION is not for synthesis.
        continue;
      }
      String script =
          "read_verilog %s %s; hierarchy -check -top %s; proc; check -assert"
              .formatted(
                  define.equals("-DFORMAL") ? "-formal" : define, String.join(" ", files), top);
      silent(folder, List.of("yosys", "-q", "-p", script), "", List.of());
    }
  }

  /** {@link #assertClean(Component, Path, Map)} of a design without black boxes. */
  public static void assertClean(Component top, Path folder)
      throws IOException, InterruptedException {
    assertClean(top, folder, Map.of());
  }

  /** The text of each module of a design. */
  static Map<String, String> modules(VerilogDesign design) {
    Map<String, String> modules = new LinkedHashMap<>();
    Matcher matcher = MODULE.matcher(design.text());
    while (matcher.find()) {
      modules.put(matcher.group(1), matcher.group());
    }
    return modules;
  }

  private static List<String> command(String words) {
    return List.of(words.split(" "));
  }

  private static void silent(Path folder, List<String> command, String define, List<String> files)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(command);
    if (!define.isEmpty()) {
      whole.add(define);
    }
    whole.addAll(files);
    Process process =
        new ProcessBuilder(whole).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said).as(String.join(" ", whole) + " in " + folder).isEmpty();
    assertThat(process.exitValue()).as(String.join(" ", whole)).isZero();
  }
}

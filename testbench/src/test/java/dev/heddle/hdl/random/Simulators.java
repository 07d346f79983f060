package dev.heddle.hdl.random;

import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.Simulation;
import dev.heddle.testbench.VerilatedLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs the Verilog of a batch; each gives the outputs of each cycle as hexadecimal digits. */
final class Simulators {
  private static final Pattern MEMORY = Pattern.compile("(?m)^  reg  .*?(\\w+) \\[0:(\\d+)\\];$");
  private static final Pattern REGISTER = Pattern.compile("(?m)^  reg  [^=\\n]*?(\\w+);$");

  /** Checks on, and every register and memory starting at zero as the interpreter has it. */
  private static final LibraryOptions OPTIONS = new LibraryOptions(false, true, false, 0);

  /** Many times what the slowest batch takes. */
  private static final int ICARUS_SECONDS = 15;

  /**
   * A simulation that was given up.
   *
   * <p>Icarus passes every change of a bit on at once, depth first. A sign extension that copies a
   * bit 180 times then has 180 values until it settles, and a circuit of some of them behind one
   * another more than any time allows.
   */
  static final class UnfinishedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnfinishedException(String command) {
      super("'%s' has not ended after %d seconds".formatted(command, ICARUS_SECONDS));
    }
  }

  private Simulators() {}

  static String hex(BigInteger bits, int width) {
    String digits = bits.toString(16);
    return "0".repeat((width + 3) / 4 - digits.length()) + digits;
  }

  // ---- Verilator

  /** Outputs by Verilator. */
  static List<List<String>> verilator(CircuitBatch batch, VerilogDesign design) {
    List<Integer> inWidths = List.copyOf(batch.inputs.values());
    List<Integer> outWidths = List.copyOf(batch.outputs.values());
    int cycles = CircuitBatch.CYCLES;
    ByteBuffer in = ByteBuffer.allocate(cycles * bytes(inWidths));
    for (List<BigInteger> cycle : batch.stimuli) {
      for (int i = 0; i < cycle.size(); i++) {
        for (int k = 0; k < (inWidths.get(i) + 7) / 8; k++) {
          in.put(cycle.get(i).shiftRight(8 * k).byteValue());
        }
      }
    }
    ByteBuffer out = ByteBuffer.allocate(cycles * bytes(outWidths));
    Path file;
    try (VerilatedLibrary library = VerilatedLibrary.of(design, OPTIONS);
        Simulation simulation = Simulation.in(library, 1)) {
      file = library.file();
      simulation.clock("clk", CircuitBatch.PERIOD, 0);
      simulation.clock(
          CircuitBatch.SECOND + "_clk", CircuitBatch.SECOND_PERIOD, CircuitBatch.SECOND_PHASE);
      simulation.batch(
          cycles,
          List.copyOf(batch.inputs.keySet()),
          in.flip(),
          List.copyOf(batch.outputs.keySet()),
          out);
    }
    discard(file);
    List<List<String>> results = new ArrayList<>();
    for (int cycle = 0; cycle < cycles; cycle++) {
      List<String> values = new ArrayList<>();
      for (int width : outWidths) {
        BigInteger value = BigInteger.ZERO;
        for (int k = 0; k < (width + 7) / 8; k++) {
          value = value.or(BigInteger.valueOf(out.get() & 0xFF).shiftLeft(8 * k));
        }
        values.add(hex(value, width));
      }
      results.add(values);
    }
    return results;
  }

  private static int bytes(List<Integer> widths) {
    return widths.stream().mapToInt(width -> (width + 7) / 8).sum();
  }

  /** Takes a library out of the cache: its circuits never come again. */
  private static void discard(Path library) {
    Path entry = library.getParent();
    delete(entry);
    delete(entry.resolveSibling(entry.getFileName() + ".lock"));
  }

  private static void delete(Path path) {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- Icarus Verilog

  /**
   * Outputs by Icarus Verilog.
   *
   * @throws UnfinishedException when it takes too long
   */
  static List<List<String>> icarus(CircuitBatch batch, VerilogDesign design) {
    try {
      Path folder = Files.createTempDirectory("icarus");
      try {
        return icarus(batch, design, folder);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<List<String>> icarus(CircuitBatch batch, VerilogDesign design, Path folder)
      throws IOException, InterruptedException {
    Files.writeString(folder.resolve("design.v"), zeroed(design.text()));
    Files.writeString(folder.resolve("bench.v"), bench(batch, design.top()));
    int width = inputWidth(batch);
    StringBuilder stimuli = new StringBuilder();
    for (int cycle = 0; cycle < CircuitBatch.CYCLES; cycle++) {
      stimuli.append(hex(joined(batch, cycle), width)).append('\n');
    }
    Files.writeString(folder.resolve("stimuli.hex"), stimuli);
    run(folder, "iverilog", "-g2005", "-DSIMULATION", "-o", "bench.vvp", "bench.v", "design.v");
    String text = run(folder, "vvp", "-n", "bench.vvp");
    List<String> words = List.of(text.trim().split("\\s+"));
    int outputs = batch.outputs.size();
    if (words.size() != CircuitBatch.CYCLES * outputs) {
      throw new IOException("Icarus ended early:\n" + text);
    }
    List<List<String>> results = new ArrayList<>();
    for (int cycle = 0; cycle < CircuitBatch.CYCLES; cycle++) {
      results.add(words.subList(cycle * outputs, (cycle + 1) * outputs));
    }
    return results;
  }

  /**
   * The text with all state set to zero after the start, as the interpreter has it. Setting it in
   * the declarations would be no event, and a block that waits for one would never run.
   */
  private static String zeroed(String text) {
    StringBuilder zeroed = new StringBuilder();
    for (String module : text.split("(?<=\nendmodule\n)")) {
      String memories =
          MEMORY
              .matcher(module)
              .replaceAll(
                  match ->
                      isWritten(module, match.group(1))
                          ? match.group() + zeroedMemory(match.group(1), match.group(2))
                          : match.group());
      zeroed.append(
          REGISTER
              .matcher(memories)
              .replaceAll(
                  match ->
                      isClocked(memories, match.group(1))
                          ? match.group() + "\n  initial #1 " + match.group(1) + " = 0;"
                          : match.group()));
    }
    return zeroed.toString();
  }

  private static String zeroedMemory(String memory, String last) {
    String index = "zero_" + memory;
    return """

          integer %1$s;
          initial begin
            #1;
            for (%1$s = 0; %1$s <= %2$s; %1$s = %1$s + 1) %3$s[%1$s] = 0;
          end"""
        .formatted(index, last, memory);
  }

  /** Whether a memory is no table, which keeps its contents. */
  private static boolean isWritten(String module, String memory) {
    return !module.contains(" " + memory + "[0] = ");
  }

  private static boolean isClocked(String module, String register) {
    return Pattern.compile("(?m)^ +" + register + " <= ").matcher(module).find();
  }

  /** All inputs and, in the two lowest bits, when the second clock rises. */
  private static int inputWidth(CircuitBatch batch) {
    return 2 + batch.inputs.values().stream().mapToInt(width -> width).sum();
  }

  private static BigInteger joined(CircuitBatch batch, int cycle) {
    StringBuilder bits = new StringBuilder();
    int i = 0;
    for (int width : batch.inputs.values()) {
      String digits = batch.stimuli.get(cycle).get(i++).toString(2);
      bits.append("0".repeat(width - digits.length())).append(digits);
    }
    return new BigInteger(bits.toString(), 2)
        .shiftLeft(2)
        .or(BigInteger.valueOf(CircuitBatch.edge(cycle).ordinal()));
  }

  private static String bench(CircuitBatch batch, String top) {
    int cycles = CircuitBatch.CYCLES;
    int width = inputWidth(batch);
    StringBuilder wires = new StringBuilder();
    StringBuilder pins = new StringBuilder();
    int high = width - 1;
    for (var input : batch.inputs.entrySet()) {
      int low = high - input.getValue() + 1;
      pins.append(",\n    .%s(now[%d:%d])".formatted(input.getKey(), high, low));
      high = low - 1;
    }
    StringBuilder prints = new StringBuilder();
    batch.outputs.forEach(
        (name, bits) -> {
          wires.append("  wire [%d:0] %s;\n".formatted(bits - 1, name));
          pins.append(",\n    .%s(%s)".formatted(name, name));
          prints.append("      $display(\"%%h\", %s);\n".formatted(name));
        });
    return """
        module bench;
          reg clk = 0;
          reg second_clk = 0;
          reg [%1$d:0] stimuli [0:%2$d];
          reg [%1$d:0] now;
          integer cycle;
        %3$s  %4$s dut (
            .clk(clk),
            .%5$s_clk(second_clk)%6$s
          );
          initial begin
            $readmemh("stimuli.hex", stimuli);
            #2;
            for (cycle = 0; cycle <= %2$d; cycle = cycle + 1) begin
              now = stimuli[cycle];
              #5;
        %7$s      if (now[1:0] == %8$d) second_clk = 1;
              #1;
              if (now[1:0] == %9$d) second_clk = 1;
              clk = 1;
              #1;
              if (now[1:0] == %10$d) second_clk = 1;
              #5;
              clk = 0;
              second_clk = 0;
            end
          end
        endmodule
        """
        .formatted(
            width - 1,
            cycles - 1,
            wires,
            top,
            CircuitBatch.SECOND,
            pins,
            prints,
            CircuitBatch.Edge.BEFORE.ordinal(),
            CircuitBatch.Edge.TOGETHER.ordinal(),
            CircuitBatch.Edge.AFTER.ordinal());
  }

  private static String run(Path folder, String... command)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(ICARUS_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new UnfinishedException(String.join(" ", command));
    }
    String text = Files.readString(output);
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ":\n" + text + lines(folder, text));
    }
    return text;
  }

  /** The lines of the design that an error message is about. */
  private static String lines(Path folder, String errors) throws IOException {
    List<String> design = Files.readAllLines(folder.resolve("design.v"));
    return Pattern.compile("design.v:(\\d+)")
        .matcher(errors)
        .results()
        .map(match -> design.get(Integer.parseInt(match.group(1)) - 1))
        .distinct()
        .collect(Collectors.joining("\n"));
  }
}

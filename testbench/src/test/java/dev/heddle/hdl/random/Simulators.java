package dev.heddle.hdl.random;

import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs the Verilog of a batch; each gives the outputs of each cycle as hexadecimal digits. */
final class Simulators {
  private static final Pattern MEMORY = Pattern.compile("(?m)^  reg  .*?(\\w+) \\[0:(\\d+)\\];$");
  private static final Pattern REGISTER = Pattern.compile("(?m)^  reg  [^=\\n]*?(\\w+);$");

  private Simulators() {}

  static String hex(BigInteger bits, int width) {
    String digits = bits.toString(16);
    return "0".repeat((width + 3) / 4 - digits.length()) + digits;
  }

  /** Outputs by Verilator. */
  static List<List<String>> verilator(CircuitBatch batch) {
    List<Integer> inWidths = new ArrayList<>(List.of(1));
    inWidths.addAll(batch.inputs.values());
    List<String> inNames = new ArrayList<>(List.of("reset"));
    inNames.addAll(batch.inputs.keySet());
    List<Integer> outWidths = List.copyOf(batch.outputs.values());
    int cycles = batch.stimuli.size();
    ByteBuffer in = ByteBuffer.allocate(cycles * bytes(inWidths));
    for (List<BigInteger> cycle : batch.stimuli) {
      for (int i = 0; i < cycle.size(); i++) {
        for (int k = 0; k < (inWidths.get(i) + 7) / 8; k++) {
          in.put(cycle.get(i).shiftRight(8 * k).byteValue());
        }
      }
    }
    ByteBuffer out = ByteBuffer.allocate(cycles * bytes(outWidths));
    try (Simulation simulation =
        Simulation.of(batch.design, LibraryOptions.FAST.withCompilerLevel(0), 1)) {
      simulation.clock("clk");
      simulation.batch(cycles, inNames, in.flip(), List.copyOf(batch.outputs.keySet()), out);
    }
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

  /** Outputs by Icarus Verilog, every register and memory starting at zero. */
  static List<List<String>> icarus(CircuitBatch batch, Path folder) {
    try {
      Files.writeString(folder.resolve("design.v"), zeroed(batch.design.text()));
      Files.writeString(folder.resolve("bench.v"), bench(batch));
      Files.writeString(
          folder.resolve("stimuli.hex"),
          batch.stimuli.stream()
              .map(cycle -> hex(joined(batch, cycle), inputWidth(batch)))
              .collect(Collectors.joining("\n")));
      run(folder, "iverilog", "-g2005", "-o", "bench.vvp", "bench.v", "design.v");
      String text = run(folder, "vvp", "-n", "bench.vvp");
      List<List<String>> results = new ArrayList<>();
      List<String> words = List.of(text.trim().split("\\s+"));
      for (int cycle = 0; cycle < batch.stimuli.size(); cycle++) {
        int first = cycle * batch.outputs.size();
        results.add(words.subList(first, first + batch.outputs.size()));
      }
      return results;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
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
                  "$0\n  integer zero_$1;\n  initial begin\n    #1;\n"
                      + "    for (zero_$1 = 0; zero_$1 <= $2; zero_$1 = zero_$1 + 1)"
                      + " $1[zero_$1] = 0;\n  end");
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

  private static boolean isClocked(String module, String register) {
    return Pattern.compile("(?m)^ +" + register + " <= ").matcher(module).find();
  }

  private static int inputWidth(CircuitBatch batch) {
    return 1 + batch.inputs.values().stream().mapToInt(width -> width).sum();
  }

  private static BigInteger joined(CircuitBatch batch, List<BigInteger> cycle) {
    StringBuilder bits = new StringBuilder();
    bits.append(cycle.get(0));
    int i = 1;
    for (int width : batch.inputs.values()) {
      String digits = cycle.get(i++).toString(2);
      bits.append("0".repeat(width - digits.length())).append(digits);
    }
    return new BigInteger(bits.toString(), 2);
  }

  private static String bench(CircuitBatch batch) {
    StringBuilder text = new StringBuilder("module bench;\n  reg clk = 0;\n");
    int width = inputWidth(batch);
    int cycles = batch.stimuli.size();
    text.append("  reg [%d:0] stimuli [0:%d];\n".formatted(width - 1, cycles - 1));
    text.append("  reg [%d:0] now;\n  integer cycle;\n".formatted(width - 1));
    StringBuilder pins =
        new StringBuilder("    .clk(clk),\n    .reset(now[%d])".formatted(width - 1));
    int high = width - 2;
    for (var input : batch.inputs.entrySet()) {
      int low = high - input.getValue() + 1;
      pins.append(",\n    .%s(now[%d:%d])".formatted(input.getKey(), high, low));
      high = low - 1;
    }
    StringBuilder prints = new StringBuilder();
    batch.outputs.forEach(
        (name, bits) -> {
          text.append("  wire [%d:0] %s;\n".formatted(bits - 1, name));
          pins.append(",\n    .%s(%s)".formatted(name, name));
          prints.append("      $display(\"%%h\", %s);\n".formatted(name));
        });
    text.append("  ").append(batch.design.top()).append(" dut (\n").append(pins).append("\n  );\n");
    text.append(
        """
          initial begin
            $readmemh("stimuli.hex", stimuli);
            #2;
            for (cycle = 0; cycle < %d; cycle = cycle + 1) begin
              now = stimuli[cycle];
              #5;
        %s      clk = 1;
              #5;
              clk = 0;
            end
          end
        endmodule
        """
            .formatted(cycles, prints));
    return text.toString();
  }

  private static String run(Path folder, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
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

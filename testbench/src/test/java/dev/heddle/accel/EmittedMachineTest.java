package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.RegisterMap;
import dev.heddle.lib.Registers;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Verilog of {@code rtl-out}, as one who takes it into a project compiles it: the files of the
 * committed list in their order, with the module names that begin with the name of the top.
 */
class EmittedMachineTest {
  private static final Configuration CONFIGURATION = Configuration.NANO;
  private static final String TOP = "heddle_nano";

  private static final List<String> IDENTITY = List.of("MAGIC", "VERSION", "CONFIG_HASH");

  /** Resets the machine, does {@code %s} and ends. */
  private static final String AFTER_RESET =
      """
      always #5 clk = !clk;
      task read(input [31:0] address);
        begin
          @(negedge clk) s_axi_ctrl_araddr = address;
          s_axi_ctrl_arvalid = 1;
          @(posedge clk) while (!s_axi_ctrl_arready) @(posedge clk);
          @(negedge clk) s_axi_ctrl_arvalid = 0;
          s_axi_ctrl_rready = 1;
          @(posedge clk) while (!s_axi_ctrl_rvalid) @(posedge clk);
          $display("%%h", s_axi_ctrl_rdata);
          @(negedge clk) s_axi_ctrl_rready = 0;
        end
      endtask
      initial begin
        reset = 1;
        repeat (8) @(negedge clk);
        reset = 0;
        %s
        $finish;
      end
      initial #100000 $finish;
      endmodule
      """;

  private static final Path FOLDER = Path.of("..", "rtl-out", CONFIGURATION.name());

  private static VerilogDesign design;
  private static VerilatedLibrary library;

  @TempDir Path folder;

  @BeforeAll
  static void build() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String file : Files.readAllLines(FOLDER.resolve(TOP + ".f"))) {
      text.append(Files.readString(FOLDER.resolve(file)));
    }
    List<VerilogDesign.Port> ports = VerilogWriter.write(new Machine(CONFIGURATION)).ports();
    design = new VerilogDesign(TOP, text.toString(), ports);
    library = VerilatedLibrary.of(design, LibraryOptions.CHECKED);
  }

  @AfterAll
  static void unload() {
    if (library != null) {
      library.close();
    }
  }

  @Test
  void itSaysWhatItIs() {
    try (SimulatedMachine machine =
        TestMachine.on(library, CONFIGURATION, MemoryModel.Random.of(3))) {
      Registers registers = new BareMachine(CONFIGURATION, machine).registers();
      assertThat(registers.read("MAGIC")).isEqualTo(MachineRegisters.MAGIC);
      assertThat(registers.read("VERSION")).isEqualTo(MachineRegisters.INTERFACE_VERSION);
      assertThat(registers.read("CONFIG_HASH")).isEqualTo(MachineRegisters.hash(CONFIGURATION));
    }
  }

  @Test
  void itSaysWhatItIsInIcarusToo() throws Exception {
    StringBuilder bench = new StringBuilder("module bench;\n");
    for (VerilogDesign.Port port : design.ports()) {
      bench.append(
          "%s [%d:0] %s%s;\n"
              .formatted(
                  port.input() ? "reg" : "wire",
                  port.width() - 1,
                  port.name(),
                  port.input() ? " = 0" : ""));
    }
    bench.append(
        design.ports().stream()
            .map(port -> ".%s(%s)".formatted(port.name(), port.name()))
            .collect(Collectors.joining(", ", TOP + " machine (", ");\n")));
    RegisterMap map = MachineRegisters.of(CONFIGURATION);
    bench.append(
        AFTER_RESET.formatted(
            IDENTITY.stream()
                .map(name -> "read(%d);".formatted(map.register(name).offset()))
                .collect(Collectors.joining(" "))));
    Files.writeString(folder.resolve("design.v"), design.text());
    Files.writeString(folder.resolve("bench.v"), bench);
    assertThat(execute("iverilog", "-g2005", "-o", "bench", "design.v", "bench.v")).isEmpty();
    assertThat(execute("vvp", "-n", "bench").lines())
        .containsExactly(
            "%08x".formatted(MachineRegisters.MAGIC),
            "%08x".formatted(MachineRegisters.INTERFACE_VERSION),
            "%08x".formatted(MachineRegisters.hash(CONFIGURATION)));
  }

  private String execute(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void itMultipliesAsTheGoldenModelDoes() {
    for (WeightFormat format : WeightFormat.values()) {
      RandomProducts random =
          new RandomProducts(format.ordinal() + 1L, RandomProducts.Magnitude.ANY);
      int columns = 5 * WeightFormat.BLOCK;
      QuantisedMatrix matrix = random.matrix(format, 7, columns);
      List<X8Vector> vectors = random.vectors(CONFIGURATION.maxTokens(), columns);
      try (SimulatedMachine machine =
          TestMachine.on(library, CONFIGURATION, MemoryModel.Random.of(format.ordinal()))) {
        MatrixProduct product = new MatrixProduct(matrix, vectors, CONFIGURATION, BareMachine.DATA);
        product.store(machine.memory());
        CompletionRecord record = new BareMachine(CONFIGURATION, machine).run(product);
        assertThat(record.beats()).isEqualTo(product.layout().beats());
        float[][] results = product.results(machine.memory());
        for (int i = 0; i < results.length; i++) {
          assertThat(results[i])
              .as("%s, vector %d", product, i)
              .containsExactly(GoldenMatmul.multiply(matrix, vectors.get(i)));
        }
      }
    }
  }
}

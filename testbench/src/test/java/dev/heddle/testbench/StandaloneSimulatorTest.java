package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.testbench.SimulatedMachine.Board;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandaloneSimulatorTest {
  private static final Board BOARD = Board.of(1 << 20, 250_000_000, MemoryModel.Ddr.DDR4_2400);

  private static StandaloneSimulator simulator(VerilogDesign design) {
    return new StandaloneSimulator(design, LibraryOptions.FAST, BOARD, 1, BuildProgress.SILENT);
  }

  @Test
  void theProgramDoesTheSameWorkInTheSameCycles(@TempDir Path folder) throws Exception {
    VerilogDesign design = Dma.design(512);
    byte[] data = new byte[512 * 64];
    new Random(3).nextBytes(data);
    Path image = Files.write(folder.resolve("image"), data);
    Path copy = folder.resolve("copy");
    StandaloneSimulator.Result result =
        simulator(design)
            .load(0x1000, image)
            .write(Dma.SOURCE, 0x1000)
            .write(Dma.TARGET, 0x40000)
            .write(Dma.BEATS, 512)
            .write(Dma.START, Dma.COPY)
            .run(1_000_000)
            .read(Dma.CYCLES)
            .dump(0x40000, data.length, copy)
            .execute(folder);
    assertThat(Files.readAllBytes(copy)).isEqualTo(data);
    try (VerilatedLibrary library = VerilatedLibrary.of(design, LibraryOptions.FAST);
        SimulatedMachine machine = new SimulatedMachine(library, BOARD)) {
      machine.memory().write(0x1000, data);
      machine.writeRegister(Dma.SOURCE, 0x1000);
      machine.writeRegister(Dma.TARGET, 0x40000);
      machine.writeRegister(Dma.BEATS, 512);
      machine.writeRegister(Dma.START, Dma.COPY);
      assertThat(result.runs()).hasSize(1);
      assertThat(machine.runUntilInterrupt(1_000_000)).isEqualTo(result.runs().get(0).run());
      assertThat(result.registers()).containsExactly(machine.readRegister(Dma.CYCLES));
      assertThat(result.runs().get(0).cyclesPerSecond()).isPositive();
    }
  }

  @Test
  void aFailureOfTheProgramIsReported(@TempDir Path folder) {
    StandaloneSimulator simulator =
        simulator(Dma.design(512)).load(0, folder.resolve("nothing")).run(10);
    assertThatThrownBy(() -> simulator.execute(folder))
        .isInstanceOf(BuildException.class)
        .hasMessageContaining("the standalone simulator failed with exit code 1")
        .hasMessageContaining("cannot read");
  }
}

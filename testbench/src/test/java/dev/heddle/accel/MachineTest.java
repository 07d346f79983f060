package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MachineTest {
  private static final Configuration CONFIGURATION = Configuration.NANO;

  @Test
  void matrixProductsEqualTheGoldenModelUnderRandomBackPressure() {
    try (VerilatedLibrary library =
            VerilatedLibrary.of(
                VerilogWriter.write(new Machine(CONFIGURATION)), LibraryOptions.CHECKED);
        SimulatedMachine machine =
            new SimulatedMachine(
                library,
                SimulatedMachine.Board.of(
                    1 << 24, CONFIGURATION.clockHz(), MemoryModel.Random.of(1)))) {
      BareMachine bare = new BareMachine(CONFIGURATION, machine);
      Random random = new Random(1);
      for (int i = 0; i < 30; i++) {
        WeightFormat[] formats = WeightFormat.values();
        QuantisedMatrix matrix =
            matrix(
                random,
                formats[random.nextInt(formats.length)],
                1 + random.nextInt(40),
                1 + random.nextInt(300));
        List<X8Vector> vectors = new ArrayList<>();
        for (int t = 0; t < 1 + random.nextInt(CONFIGURATION.maxTokens()); t++) {
          vectors.add(X8Vector.quantise(values(random, matrix.columns())));
        }
        BareMachine.Outcome outcome = bare.multiply(matrix, vectors);
        for (int t = 0; t < vectors.size(); t++) {
          assertThat(outcome.results()[t])
              .as("product %d of seed 1, token %d: %s", i, t, matrix)
              .containsExactly(GoldenMatmul.multiply(matrix, vectors.get(t)));
        }
        assertThat(outcome.matmul().multiplications())
            .isEqualTo(outcome.matmul().busy() * CONFIGURATION.multipliers());
      }
    }
  }

  private static QuantisedMatrix matrix(Random random, WeightFormat format, int rows, int columns) {
    return QuantisedMatrix.quantise(format, values(random, rows * columns), rows, columns);
  }

  private static float[] values(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * Math.scalb(1, random.nextInt(9) - 4));
    }
    return values;
  }
}

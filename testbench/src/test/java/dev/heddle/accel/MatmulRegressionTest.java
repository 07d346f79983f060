package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.format.AccumulatorUnit;
import dev.heddle.accel.format.Fp32;
import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random matrix products on simulated machines against the golden model, bit for bit.
 *
 * <p>{@code -Dheddle.seed=N} repeats the run that printed N.
 */
class MatmulRegressionTest {
  private static final long SEED = Long.getLong("heddle.seed", System.nanoTime());

  static Stream<Arguments> machines() {
    return Stream.of(
        Arguments.of(Configuration.NANO, 120),
        Arguments.of(Configuration.NANO.withShortPaths(), 60),
        Arguments.of(Configuration.MIDI, 60),
        Arguments.of(Configuration.PICO, 200),
        Arguments.of(Configuration.TINY, 100),
        Arguments.of(Configuration.QUAD, 60),
        Arguments.of(TestMachine.COMPACT, 60),
        Arguments.of(TestMachine.COMPACT_LANE, 60),
        Arguments.of(TestMachine.NARROW, 120),
        Arguments.of(TestMachine.BROAD, 120),
        Arguments.of(TestMachine.SINGLE, 100),
        Arguments.of(Configuration.DEFAULT, 80),
        Arguments.of(Configuration.LARGE, 40));
  }

  @ParameterizedTest(name = "{1} products on {0}")
  @MethodSource("machines")
  void productsEqualTheGoldenModelBitForBit(Configuration configuration, int cases) {
    System.out.printf("%s: heddle.seed=%d%n", configuration.name(), SEED);
    int saturating = 0;
    int flushed = 0;
    try (VerilatedLibrary library = TestMachine.library(configuration);
        SimulatedMachine machine = TestMachine.on(library, configuration, MemoryModel.IDEAL)) {
      BareMachine bare = new BareMachine(configuration, machine);
      for (int i = 0; i < cases; i++) {
        Random random = new Random(SEED + i);
        MemoryModel memory = TestMachine.memory(random);
        for (int port = 0; port < machine.ports(); port++) {
          machine.memoryModel(port, memory);
        }
        RandomProducts.Magnitude magnitude = magnitude(i);
        MatrixProduct product = product(random, configuration, magnitude);
        String name = "case %d of seed %d, %s: %s".formatted(i, SEED, memory.label(), product);
        product.store(machine.memory());
        CompletionRecord record = bare.run(product);
        float[][] results = product.results(machine.memory());
        QuantisedMatrix matrix = product.matrix();
        boolean saturates = false;
        for (int token = 0; token < results.length; token++) {
          X8Vector vector = product.vectors().get(token);
          float[] expected = GoldenMatmul.multiply(matrix, vector);
          assertThat(results[token]).as("%s, vector %d", name, token).containsExactly(expected);
          saturates |= saturates(matrix, vector);
          flushed += flushes(matrix, vector, expected) ? 1 : 0;
        }
        assertThat(bare.registers().read("STATUS", "saturated"))
            .as("saturated after %s", name)
            .isEqualTo(saturates ? 1 : 0);
        assertThat(bare.registers().read("STATUS", "memory_error")).as(name).isZero();
        int steps = product.layout().tiles() * product.layout().blocks() * configuration.steps();
        assertThat(record.busy()).as(name).isEqualTo((long) steps * results.length);
        assertThat(record.multiplications())
            .as(name)
            .isEqualTo(record.busy() * configuration.multipliers());
        assertThat(record.beats()).as(name).isEqualTo(product.layout().beatsRead(results.length));
        if (saturates) {
          saturating++;
          machine.reset();
        }
      }
    }
    assertThat(saturating).as("cases that saturate, seed %d", SEED).isPositive();
    assertThat(flushed).as("vectors with results that are flushed, seed %d", SEED).isPositive();
  }

  private static RandomProducts.Magnitude magnitude(int index) {
    return switch (index % 10) {
      case 3 -> RandomProducts.Magnitude.TINY;
      case 7 -> RandomProducts.Magnitude.HUGE;
      default -> RandomProducts.Magnitude.ANY;
    };
  }

  private static MatrixProduct product(
      Random random, Configuration configuration, RandomProducts.Magnitude magnitude) {
    WeightFormat[] formats = WeightFormat.values();
    WeightFormat format = formats[random.nextInt(formats.length)];
    int rows = 1 + random.nextInt(3 * configuration.rows() + 2);
    int most = Math.min(configuration.maxBlocks(), 24) * WeightFormat.BLOCK;
    int columns = 1 + random.nextInt(most);
    if (magnitude != RandomProducts.Magnitude.ANY || random.nextBoolean()) {
      columns = X8Vector.blocks(columns) * WeightFormat.BLOCK;
    }
    int vectors =
        switch (random.nextInt(4)) {
          case 0 -> 1;
          case 1 -> configuration.maxTokens();
          default -> 1 + random.nextInt(configuration.maxTokens());
        };
    RandomProducts products = new RandomProducts(random.nextLong(), magnitude);
    return new MatrixProduct(
        products.matrix(format, rows, columns),
        products.vectors(vectors, columns),
        configuration,
        BareMachine.DATA);
  }

  private static boolean saturates(QuantisedMatrix matrix, X8Vector vector) {
    int unit = AccumulatorUnit.of(matrix);
    for (int row = 0; row < matrix.rows(); row++) {
      long sum = GoldenMatmul.accumulate(matrix, row, vector, unit);
      if (Fp32.fromAccumulatorSaturates(sum, vector.maxExponent() + unit)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a sum that is not zero gives a result that is. */
  private static boolean flushes(QuantisedMatrix matrix, X8Vector vector, float[] results) {
    int unit = AccumulatorUnit.of(matrix);
    for (int row = 0; row < matrix.rows(); row++) {
      if (results[row] == 0 && GoldenMatmul.accumulate(matrix, row, vector, unit) != 0) {
        return true;
      }
    }
    return false;
  }

  @ParameterizedTest
  @EnumSource
  void resultsDoNotDependOnTheConfiguration(WeightFormat format) {
    int columns = 160;
    RandomProducts products = new RandomProducts(format.ordinal(), RandomProducts.Magnitude.ANY);
    QuantisedMatrix matrix = products.matrix(format, 70, columns);
    List<X8Vector> vectors = products.vectors(1, columns);
    float[][] first = null;
    for (Arguments machine : machines().toList()) {
      Configuration configuration = (Configuration) machine.get()[0];
      try (VerilatedLibrary library = TestMachine.library(configuration);
          SimulatedMachine simulated =
              TestMachine.on(library, configuration, MemoryModel.Random.of(7))) {
        MatrixProduct product = new MatrixProduct(matrix, vectors, configuration, BareMachine.DATA);
        product.store(simulated.memory());
        new BareMachine(configuration, simulated).run(product);
        float[][] results = product.results(simulated.memory());
        first = first == null ? results : first;
        assertThat(results).as(configuration.name()).isDeepEqualTo(first);
      }
    }
  }
}

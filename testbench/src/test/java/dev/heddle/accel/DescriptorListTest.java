package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.Operation;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists: order by tokens, links, ends, and the exact cycles of fixed work. */
class DescriptorListTest {
  private static final Configuration CONFIGURATION = Configuration.NANO;
  private static final long SECOND_LIST = 0x3000;

  private static VerilatedLibrary library;

  private SimulatedMachine machine;
  private BareMachine bare;

  @BeforeAll
  static void build() {
    library = TestMachine.library(CONFIGURATION);
  }

  @AfterAll
  static void unload() {
    library.close();
  }

  @BeforeEach
  void start() {
    machine = TestMachine.on(library, CONFIGURATION, MemoryModel.IDEAL);
    bare = new BareMachine(CONFIGURATION, machine);
  }

  @AfterEach
  void stop() {
    machine.close();
  }

  private MatrixProduct stored(int seed, int rows, int columns, int tokens, long base) {
    Random random = new Random(seed);
    QuantisedMatrix matrix =
        QuantisedMatrix.quantise(WeightFormat.Q8_0, values(random, rows * columns), rows, columns);
    List<X8Vector> vectors = new ArrayList<>();
    for (int token = 0; token < tokens; token++) {
      vectors.add(X8Vector.quantise(values(random, columns)));
    }
    MatrixProduct product = new MatrixProduct(matrix, vectors, CONFIGURATION, base);
    product.store(machine.memory());
    return product;
  }

  private static float[] values(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private void assertGolden(MatrixProduct product) {
    float[][] results = product.results(machine.memory());
    for (int token = 0; token < results.length; token++) {
      assertThat(results[token])
          .isEqualTo(GoldenMatmul.multiply(product.matrix(), product.vectors().get(token)));
    }
  }

  /** The records of two products, tagged 1 to 4 in the order of the list. */
  private List<CompletionRecord> runBoth(
      MatrixProduct first,
      Descriptor firstProduct,
      MatrixProduct second,
      Descriptor secondLoad,
      Descriptor secondProduct) {
    List<CompletionRecord> records =
        bare.run(
            List.of(
                first.load(0).tag(1).release(Engine.MATMUL),
                firstProduct.tag(2),
                secondLoad.tag(3),
                secondProduct.tag(4),
                Descriptor.of(Operation.END)));
    assertGolden(first);
    assertGolden(second);
    return records;
  }

  @Test
  void theSecondLoadRunsWhileTheFirstProductDoes() {
    MatrixProduct first = stored(1, 32, 128, 2, BareMachine.DATA);
    MatrixProduct second = stored(2, 32, 128, 2, first.end());
    List<CompletionRecord> records =
        runBoth(
            first,
            first.multiply(0).await(Engine.LOADER),
            second,
            second.load(1).release(Engine.MATMUL),
            second.multiply(1).await(Engine.LOADER));

    // Records come in the order in which descriptors end: the second load before the first product.
    assertThat(records).extracting(CompletionRecord::tag).containsExactly(1L, 3L, 2L, 4L);
    assertThat(records.get(3).stalledTokens()).isZero();
  }

  @Test
  void aLoadWaitsUntilTheProductThatUsesItsHalfReleasesIt() {
    MatrixProduct first = stored(3, 16, 96, 1, BareMachine.DATA);
    MatrixProduct second = stored(4, 16, 96, 1, first.end());
    List<CompletionRecord> records =
        runBoth(
            first,
            first.multiply(0).await(Engine.LOADER).release(Engine.LOADER),
            second,
            second.load(0).await(Engine.MATMUL).release(Engine.MATMUL),
            second.multiply(0).await(Engine.LOADER));

    assertThat(records).extracting(CompletionRecord::tag).containsExactly(1L, 2L, 3L, 4L);
    assertThat(records.get(2).stalledTokens()).isPositive();
  }

  @Test
  void aLinkGoesOnWithAnotherList() {
    MatrixProduct product = stored(5, 8, 64, 1, BareMachine.DATA);
    List<Descriptor> whole = BareMachine.list(product);
    machine.memory().write(SECOND_LIST, BareMachine.encode(whole.subList(1, whole.size())));
    bare.run(List.of(whole.get(0), Descriptor.of(Operation.LINK).with("next", SECOND_LIST)));
    assertGolden(product);
    assertThat(bare.registers().read("POSITION")).isEqualTo(SECOND_LIST + Operation.BYTES);
  }

  @Test
  void anUnknownOperationEndsTheListAndShowsInTheStatus() {
    ByteBuffer list = BareMachine.encode(List.of(Descriptor.of(Operation.END)));
    Operation.CODE.put(list, 0, 99);
    machine.memory().write(BareMachine.LIST, list);
    bare.run(BareMachine.LIST);
    assertThat(bare.registers().read("STATUS", "unknown_operation")).isOne();
    assertThat(bare.registers().read("POSITION")).isEqualTo(BareMachine.LIST);

    MatrixProduct product = stored(6, 8, 64, 1, BareMachine.DATA);
    bare.run(product);
    assertThat(bare.registers().read("STATUS", "unknown_operation")).isZero();
    assertGolden(product);
  }

  @Test
  void fixedWorkTakesTheSameCyclesEachTime() {
    MatrixProduct product = stored(7, 64, 256, 4, BareMachine.DATA);
    CompletionRecord record = bare.run(product);
    // 32 tiles of 8 blocks for 4 tokens in 4 steps; all else is the wait for the activations, the
    // first beats and the last results.
    assertThat(record.busy()).isEqualTo(32 * 8 * 4 * 4);
    assertThat(record.beats()).isEqualTo(product.layout().portBeats());
    assertThat(record.cycles())
        .isEqualTo(record.busy() + record.stalledMemory() + record.stalledTokens() + 1);
    assertThat(List.of(record.cycles(), record.stalledMemory(), record.stalledTokens()))
        .isEqualTo(List.of(4776L, 319L, 360L));
    assertThat(bare.run(product)).isEqualTo(record);
  }
}

package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.format.GoldenMatmul;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
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
import org.junit.jupiter.api.TestInstance;

/** What the descriptor lists of every machine do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DescriptorListContract {
  private static final long SECOND_LIST = 0x3000;

  final Configuration configuration;
  private VerilatedLibrary library;
  private SimulatedMachine machine;
  BareMachine bare;

  DescriptorListContract(Configuration configuration) {
    this.configuration = configuration;
  }

  @BeforeAll
  void build() {
    library = TestMachine.library(configuration);
  }

  @AfterAll
  void unload() {
    library.close();
  }

  @BeforeEach
  void start() {
    machine = TestMachine.on(library, configuration, MemoryModel.IDEAL);
    bare = new BareMachine(configuration, machine);
  }

  @AfterEach
  void stop() {
    machine.close();
  }

  MatrixProduct stored(int seed, int rows, int columns, int tokens, long base) {
    Random random = new Random(seed);
    QuantisedMatrix matrix =
        QuantisedMatrix.quantise(WeightFormat.Q8_0, values(random, rows * columns), rows, columns);
    List<X8Vector> vectors = new ArrayList<>();
    for (int token = 0; token < tokens; token++) {
      vectors.add(X8Vector.quantise(values(random, columns)));
    }
    MatrixProduct product = new MatrixProduct(matrix, vectors, configuration, base);
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

  void assertGolden(MatrixProduct product) {
    float[][] results = product.results(machine.memory());
    for (int token = 0; token < results.length; token++) {
      assertThat(results[token])
          .isEqualTo(GoldenMatmul.multiply(product.matrix(), product.vectors().get(token)));
    }
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
  void withoutAnAddressForRecordsNoneIsWritten() {
    MatrixProduct product = stored(8, 8, 64, 1, BareMachine.DATA);
    machine.memory().write(BareMachine.LIST, BareMachine.encode(BareMachine.list(product)));
    byte[] before = machine.memory().read(BareMachine.RECORDS, 2 * CompletionRecord.BYTES);
    bare.registers().write("LIST", BareMachine.LIST);
    bare.registers().write("RECORDS", 0);
    bare.registers().write("INTERRUPT_ENABLE", 1);
    bare.registers().trigger("DOORBELL", "start");
    bare.finish();
    assertGolden(product);
    assertThat(machine.memory().read(BareMachine.RECORDS, before.length)).isEqualTo(before);
  }
}

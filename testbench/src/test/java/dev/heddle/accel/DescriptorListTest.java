package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.Operation;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lists of a machine with engines: order by tokens, and the exact cycles of fixed work. */
class DescriptorListTest extends DescriptorListContract {
  DescriptorListTest() {
    super(Configuration.NANO);
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

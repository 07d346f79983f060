package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.Operation;
import dev.heddle.testbench.matmul.BareMachine;
import dev.heddle.testbench.matmul.MatrixProduct;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Lists of a compact machine: their order is that of the list, and the exact cycles of fixed work.
 */
class CompactListTest {
  /** The tests of one configuration. */
  abstract static class Lists extends DescriptorListContract {
    private final long cycles;
    private final long loadCycles;

    Lists(Configuration configuration, long loadCycles, long cycles) {
      super(configuration);
      this.loadCycles = loadCycles;
      this.cycles = cycles;
    }

    @Test
    void descriptorsAreWorkedInTheirOrderWhateverTheyWaitFor() {
      MatrixProduct first = stored(1, 7, 128, 2, BareMachine.DATA);
      MatrixProduct second = stored(2, 9, 96, 1, first.end());
      List<CompletionRecord> records =
          bare.run(
              List.of(
                  first.load(0).tag(1).await(Engine.MATMUL),
                  second.load(1).tag(2),
                  first.multiply(0).tag(3).await(Engine.LOADER),
                  second.multiply(1).tag(4),
                  Descriptor.of(Operation.END)));
      assertGolden(first);
      assertGolden(second);
      assertThat(records).extracting(CompletionRecord::tag).containsExactly(1L, 2L, 3L, 4L);
      assertThat(records)
          .extracting(CompletionRecord::engine)
          .containsExactly(Engine.LOADER, Engine.LOADER, Engine.MATMUL, Engine.MATMUL);
      assertThat(records).extracting(CompletionRecord::stalledTokens).containsOnly(0L);
    }

    @Test
    void fixedWorkTakesTheSameCyclesEachTime() {
      MatrixProduct product = stored(7, 64, 256, 2, BareMachine.DATA);
      List<CompletionRecord> records = bare.run(BareMachine.list(product));
      CompletionRecord load = records.get(0);
      CompletionRecord record = records.get(1);
      // Tiles of 8 blocks for 2 tokens: all else is the wait for the first beats of each token and,
      // for each tile, for the sums and for their numbers to arrive.
      assertThat(record.busy())
          .isEqualTo(product.layout().tiles() * 8L * 2 * configuration.steps());
      assertThat(record.beats()).isEqualTo(product.layout().beatsRead(2));
      assertThat(record.cycles()).isEqualTo(record.busy() + record.stalledMemory());
      assertThat(List.of(load.cycles(), record.cycles())).isEqualTo(List.of(loadCycles, cycles));
      assertThat(bare.run(BareMachine.list(product))).isEqualTo(records);
    }
  }

  @Nested
  class Pico extends Lists {
    Pico() {
      super(Configuration.PICO, 168, 11_958);
    }
  }

  @Nested
  class Tiny extends Lists {
    Tiny() {
      super(Configuration.TINY, 48, 4_733);
    }
  }

  @Nested
  class Quad extends Lists {
    Quad() {
      super(Configuration.QUAD, 88, 5_254);
    }
  }
}

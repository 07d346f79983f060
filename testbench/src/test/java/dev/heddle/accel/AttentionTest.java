package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.matmul.BareMachine;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The attention engine inside the machine against its golden execution. */
class AttentionTest {
  private static final Configuration CONFIGURATION =
      Configuration.NANO.withAttention(new AttentionShape(2, 64, 64, 4, 128, 128, 8, 64));

  private static VerilatedLibrary library;

  @BeforeAll
  static void build() {
    library = TestMachine.library(CONFIGURATION);
  }

  @AfterAll
  static void unload() {
    library.close();
  }

  private static CompletionRecord run(AttentionWork work, MemoryModel memory) {
    List<Descriptor> list = List.of(work.attend(), Descriptor.of(Operation.END));
    try (SimulatedMachine machine = TestMachine.on(library, CONFIGURATION, memory)) {
      work.store(machine.memory());
      CompletionRecord record = new BareMachine(CONFIGURATION, machine).run(list).get(0);
      work.runGolden(CONFIGURATION.attention().orElseThrow().lanes());
      assertThat(work.firstDifference(machine.memory())).isEqualTo(-1);
      return record;
    }
  }

  @Test
  void oneRowOverOneKey() {
    AttentionWork work = new AttentionWork(1 << 20);
    work.random(new Random(1), 1, 1, 1, 1, 64, 0);
    run(work, MemoryModel.IDEAL);
  }

  @Test
  void everyRowSeesEveryKey() {
    AttentionWork work = new AttentionWork(1 << 20);
    work.random(new Random(2), 9, 50, 1, 1, 64, 5);
    run(work, MemoryModel.IDEAL);
  }

  @Test
  void severalEntriesWithCausalRows() {
    Random random = new Random(3);
    AttentionWork work = new AttentionWork(1 << 20);
    for (int i = 0; i < 6; i++) {
      int rows = 1 + random.nextInt(30);
      work.random(random, rows, rows, 1, 1, 40, 3)
          .with(HeadEntry.BIDIRECTIONAL, 0)
          .with(HeadEntry.WINDOW, i < 3 ? 1000 : 5)
          .with(HeadEntry.FIRST, i == 4 ? 2 : 0);
    }
    run(work, MemoryModel.IDEAL);
  }

  @Test
  void keysThatNoRowSeesDoNotDisturbTheNextEntry() {
    for (int latency : new int[] {1, 20, 200}) {
      Random random = new Random(4);
      AttentionWork work = new AttentionWork(1 << 20);
      for (int i = 0; i < 8; i++) {
        work.random(random, 1 + i % 3, 90, 1, 1, 64, 3)
            .with(HeadEntry.BIDIRECTIONAL, 0)
            .with(HeadEntry.WINDOW, 1000)
            .with(HeadEntry.POSITION, 11 * i);
      }
      run(work, new MemoryModel.Ideal(latency));
    }
  }
}

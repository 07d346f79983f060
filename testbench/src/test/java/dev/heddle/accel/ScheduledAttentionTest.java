package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.MaskGenerator;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleCompiler;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.matmul.BareMachine;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers of fixed masks with X8 outputs against their golden execution. */
class ScheduledAttentionTest {
  private static final int LANES = 2;
  private static final int BANKS = 4;
  private static final int HEADS = 3;
  private static final int TOKENS = 50;
  private static final int LAYERS = 2;
  private static final Configuration CONFIGURATION =
      new Configuration("nano", 1, 128, 4, 8, 4, 128, 8, 24_000_000, Optional.empty())
          .withAttention(
              new AttentionShape(LANES, 64, 64, BANKS, 256, 128, 32, 256)
                  .withSchedule()
                  .withBlocks());

  private static VerilatedLibrary library;

  @BeforeAll
  static void build() {
    library = TestMachine.library(CONFIGURATION);
  }

  @AfterAll
  static void unload() {
    library.close();
  }

  @ParameterizedTest
  @CsvSource({
    "RANDOM, 80, random:1",
    "BAND, 90, random:2",
    "GLOBAL, 70, random:3",
    "RANDOM, 95, ideal",
    "BAND, 60, shared:20:0.6"
  })
  void layersOfFixedMasksGiveTheBitsOfTheGoldenModel(
      MaskGenerator.Kind kind, int percent, String memory) {
    AttentionWork work = new AttentionWork(1 << 20);
    Random random = new Random(percent);
    ScheduleCompiler compiler = new ScheduleCompiler(LANES, BANKS);
    long steps = 0;
    for (int seed = 0; seed < LAYERS; seed++) {
      AttentionMask mask =
          new MaskGenerator(kind, percent / 100.0, seed).generate(HEADS, TOKENS, TOKENS);
      Schedule schedule = compiler.compile(mask);
      steps += schedule.steps();
      HeadEntry entry = work.random(random, mask.rows(), mask.keys(), 1, 1, 64, 3);
      work.schedule(entry, schedule, HeadEntry.Output.X8);
    }
    List<Descriptor> list = List.of(work.attend(), Descriptor.of(Operation.END));
    MemoryModel model = MemoryModel.parse(memory);
    try (SimulatedMachine machine = TestMachine.on(library, CONFIGURATION, model)) {
      work.store(machine.memory());
      CompletionRecord record = new BareMachine(CONFIGURATION, machine).run(list).get(0);
      byte[] before = work.image().array().clone();
      work.runGolden(LANES);
      assertThat(work.image().array()).as("the golden model writes").isNotEqualTo(before);
      assertThat(work.firstDifference(machine.memory())).isEqualTo(-1);
      assertThat(record.cycles()).isGreaterThan(steps);
    }
  }
}

package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.RandomRoutes.Kind;
import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.attention.RouterWork;
import dev.heddle.testbench.matmul.BareMachine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Routers of simulated machines against the golden model, bit for bit.
 *
 * <p>{@code -Dheddle.seed=N} repeats the run that printed N.
 */
class RouterTest {
  private static final long SEED = Long.getLong("heddle.seed", System.nanoTime());
  private static final int TABLES = 40;
  private static final int ENTRIES = 5;
  private static final int MEMORY_BYTES = 1 << 22;

  private static final Configuration TIGHT =
      Configuration.SMALL
          .withAttention(new AttentionShape(1, 64, 64, 2, 64, 64, 4, 64).withPages())
          .withRouter(new RouterShape(5, 64, 4));

  private static final Configuration BROAD =
      new Configuration("broad", 1, 512, 16, 8, 1, 9, 8, 250_000_000, Optional.empty())
          .withAttention(new AttentionShape(2, 128, 64, 8, 256, 256, 16, 64).withPages())
          .withRouter(new RouterShape(65, 128, 16));

  private static final Map<Configuration, VerilatedLibrary> LIBRARIES = new LinkedHashMap<>();

  static Stream<Configuration> machines() {
    return Stream.of(TIGHT, BROAD);
  }

  @AfterAll
  static void unload() {
    LIBRARIES.values().forEach(VerilatedLibrary::close);
  }

  private static SimulatedMachine machine(Configuration configuration, MemoryModel memory) {
    VerilatedLibrary library = LIBRARIES.computeIfAbsent(configuration, TestMachine::library);
    return TestMachine.on(library, configuration, memory);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void choicesAndSummariesEqualTheGoldenModelBitForBit(Configuration configuration) {
    System.out.printf("router, %s: heddle.seed=%d%n", configuration.name(), SEED);
    Kind[] kinds = Kind.values();
    try (SimulatedMachine machine = machine(configuration, MemoryModel.IDEAL)) {
      BareMachine bare = new BareMachine(configuration, machine);
      for (int table = 0; table < TABLES; table++) {
        Random random = new Random(SEED + table);
        MemoryModel memory = TestMachine.memory(random);
        for (int port = 0; port < machine.ports(); port++) {
          machine.memoryModel(port, memory);
        }
        RandomRoutes routes = new RandomRoutes(random.nextLong(), configuration, MEMORY_BYTES);
        for (int i = 0; i < ENTRIES; i++) {
          routes.route(kinds[(table * ENTRIES + i) % kinds.length]);
          routes.summary(kinds[(table * ENTRIES + i) % kinds.length]);
        }
        List<Descriptor> list = new ArrayList<>();
        list.add(routes.work().summarise());
        list.addAll(routes.work().route(List.of(2, ENTRIES - 2)));
        list.add(Descriptor.of(Operation.END));
        routes.memory().store(machine.memory());
        List<CompletionRecord> records = bare.run(list);
        routes.work().runGolden(configuration);
        String name =
            "table %d of seed %d on %s, %s%n%s%n%s"
                .formatted(
                    table,
                    SEED,
                    configuration.name(),
                    memory.label(),
                    routes.work().summaries(),
                    routes.work().routes());
        assertThat(routes.memory().firstDifference(machine.memory())).as(name).isEqualTo(-1);
        assertThat(records).extracting(CompletionRecord::engine).containsOnly(Engine.ROUTER);
        assertThat(bare.registers().read("STATUS", "memory_error")).as(name).isZero();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"MOBA, 8, 3, 1", "QUEST, 4, 6, 1", "QUEST, 2, 40, 1", "MOBA, 16, 4, 8"})
  void attentionFollowsTheChoiceAndEqualsTheGoldenModel(
      Router router, int size, int count, int tile) {
    BlockRouting routing = new BlockRouting(router, size, count, tile);
    try (SimulatedMachine machine = machine(BROAD, MemoryModel.IDEAL)) {
      BareMachine bare = new BareMachine(BROAD, machine);
      AttentionWork work = new AttentionWork(MEMORY_BYTES);
      RouterWork routes = new RouterWork(work);
      Random random = new Random(SEED);
      for (int head = 0; head < 3; head++) {
        int keys = size * count + tile * (1 + random.nextInt(100 / tile));
        HeadEntry entry = work.random(random, 4 * tile, keys, 1 + head % 2, 1, 64, 5);
        work.page(entry.with(HeadEntry.GROUP, 4), size, random);
        routes.route(entry, routing);
      }
      List<Descriptor> list = new ArrayList<>();
      list.add(routes.summarise());
      for (Descriptor route : routes.route(List.of(3))) {
        list.add(route.release(Engine.ATTENTION));
      }
      list.add(work.attend().await(Engine.ROUTER));
      list.add(Descriptor.of(Operation.END));
      work.store(machine.memory());
      bare.run(list);
      routes.runGolden(BROAD);
      work.runGolden(BROAD.attention().orElseThrow().lanes());
      assertThat(work.firstDifference(machine.memory())).as("seed %d", SEED).isEqualTo(-1);
    }
  }

  /** Cycles of a ROUTE with one entry. */
  private static long cycles(BareMachine bare, SimulatedMachine machine, int... sizes) {
    RandomRoutes routes = new RandomRoutes(SEED, BROAD, MEMORY_BYTES);
    routes.route(sizes[0], sizes[1], sizes[2]);
    List<Descriptor> list = new ArrayList<>(routes.work().route(List.of(1)));
    list.add(Descriptor.of(Operation.END));
    routes.memory().store(machine.memory());
    return bare.run(list).get(0).cycles();
  }

  /** What {@link dev.heddle.accel.routing.RouterEngine} documents, for lists of one line. */
  private static int documented(int rows, int lines, int blocks) {
    int queries = rows + 4 * rows * lines;
    int gates = 2 * blocks * lines + (blocks + 63) / 64;
    int zeros = Math.max(0, 15 - blocks);
    return queries + gates + blocks + zeros;
  }

  @Test
  void aChoiceTakesAsManyCyclesAsDocumented() {
    try (SimulatedMachine machine = machine(BROAD, MemoryModel.IDEAL)) {
      BareMachine bare = new BareMachine(BROAD, machine);
      long beside = cycles(bare, machine, 1, 1, 1) - documented(1, 1, 1);
      assertThat(beside).isBetween(20L, 40L);
      for (int rows : List.of(1, 4, 7)) {
        for (int lines : List.of(1, 2)) {
          for (int blocks : List.of(1, 5, 15, 64, 65, 128)) {
            assertThat(cycles(bare, machine, rows, lines, blocks))
                .as("%d queries of %d lines, %d blocks", rows, lines, blocks)
                .isEqualTo(beside + documented(rows, lines, blocks));
          }
        }
      }
    }
  }
}

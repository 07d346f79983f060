package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.RandomHeads.Pattern;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.AttentionCounter;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.Operation;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.matmul.BareMachine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random head tables on simulated machines against the golden model, bit for bit.
 *
 * <p>{@code -Dheddle.seed=N} repeats the run that printed N.
 */
class AttentionRegressionTest {
  private static final long SEED = Long.getLong("heddle.seed", System.nanoTime());

  /** Entries for each machine. */
  private static final int ENTRIES = 400;

  private static final int MOST_ENTRIES_OF_A_TABLE = 12;

  private static final Configuration ONE_LANE =
      Configuration.NANO.withAttention(new AttentionShape(1, 64, 64, 2, 128, 128, 4, 64));

  private static final Configuration TIGHT =
      Configuration.SMALL.withAttention(
          new AttentionShape(2, 64, 128, 2, 64, 64, 16, 64)
              .withSchedule()
              .withPages()
              .withMasks()
              .withCaps());

  private static final Configuration BROAD =
      Configuration.DEFAULT.withAttention(
          new AttentionShape(3, 128, 64, 16, 1024, 1024, 32, 128)
              .withSchedule()
              .withPages()
              .withMasks()
              .withBlocks()
              .withStates());

  /** Its rows are longer than its score queue. */
  private static final Configuration CUTTING =
      Configuration.SMALL.withAttention(
          new AttentionShape(3, 64, 128, 4, 2048, 1024, 8, 64)
              .withSchedule()
              .withPages()
              .withMasks()
              .withStates()
              .withAlibi()
              .withSinks()
              .withCaps());

  private static final Map<Configuration, VerilatedLibrary> LIBRARIES = new LinkedHashMap<>();

  static Stream<Configuration> machines() {
    return Stream.of(ONE_LANE, TIGHT, BROAD, CUTTING);
  }

  @AfterAll
  static void unload() {
    LIBRARIES.values().forEach(VerilatedLibrary::close);
  }

  private static SimulatedMachine machine(Configuration configuration, MemoryModel memory) {
    VerilatedLibrary library = LIBRARIES.computeIfAbsent(configuration, TestMachine::library);
    return TestMachine.on(library, configuration, memory);
  }

  private static CompletionRecord run(
      BareMachine bare, SimulatedMachine machine, AttentionWork work) {
    List<Descriptor> list = List.of(work.attend(), Descriptor.of(Operation.END));
    work.store(machine.memory());
    return bare.run(list).get(0);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void headTablesEqualTheGoldenModelBitForBit(Configuration configuration) {
    System.out.printf("attention, %s: heddle.seed=%d%n", configuration.name(), SEED);
    AttentionShape shape = configuration.attention().orElseThrow();
    Pattern[] patterns = RandomHeads.patterns(shape);
    try (SimulatedMachine machine = machine(configuration, MemoryModel.IDEAL)) {
      BareMachine bare = new BareMachine(configuration, machine);
      int entries = 0;
      long pairs = 0;
      for (int table = 0; entries < ENTRIES; table++) {
        Random random = new Random(SEED + table);
        MemoryModel memory = memory(random);
        for (int port = 0; port < machine.ports(); port++) {
          machine.memoryModel(port, memory);
        }
        Pattern[] chosen = new Pattern[1 + random.nextInt(MOST_ENTRIES_OF_A_TABLE)];
        for (int i = 0; i < chosen.length; i++) {
          chosen[i] = patterns[(entries + i) % patterns.length];
        }
        AttentionWork work = new RandomHeads(random.nextLong(), shape).work(chosen);
        String name =
            "table %d of seed %d on %s, %s: %s"
                .formatted(
                    table, SEED, configuration.name(), memory.label(), Arrays.toString(chosen));
        CompletionRecord record = run(bare, machine, work);
        pairs += work.runGolden(shape.lanes());
        assertThat(work.firstDifference(machine.memory()))
            .as("%s%n%s", name, work.entries())
            .isEqualTo(-1);
        assertThat(record.busy()).as(name).isPositive();
        assertThat(bare.registers().read("STATUS", "memory_error")).as(name).isZero();
        entries += chosen.length;
      }
      assertThat(count(bare, AttentionCounter.PAIRS)).isEqualTo(pairs);
    }
  }

  private static MemoryModel memory(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> MemoryModel.IDEAL;
      case 1 -> new MemoryModel.Ideal(1 + random.nextInt(60));
      case 2 -> new MemoryModel.Fixed(1 + random.nextInt(60), 0.2 + 0.8 * random.nextDouble());
      case 3 -> MemoryModel.Ddr.DDR4_2400;
      default -> MemoryModel.Random.of(random.nextLong());
    };
  }

  @Test
  void resultsDoNotDependOnLanesOrBanks() {
    // A shape whose entries all the machines can take.
    AttentionShape common = new AttentionShape(1, 64, 64, 2, 64, 64, 4, 64);
    Pattern[] patterns = RandomHeads.patterns(common);
    List<byte[]> first = null;
    for (Configuration configuration : machines().toList()) {
      AttentionWork work = new RandomHeads(21, common).work(patterns);
      List<byte[]> results = outputs(configuration, work);
      first = first == null ? results : first;
      assertThat(results).as(configuration.name()).hasSize(patterns.length);
      for (int i = 0; i < patterns.length; i++) {
        assertThat(results.get(i))
            .as("%s, %s", configuration.name(), patterns[i])
            .isEqualTo(first.get(i));
      }
    }
  }

  /** The bytes of the output rows of each entry. */
  private static List<byte[]> outputs(Configuration configuration, AttentionWork work) {
    try (SimulatedMachine machine = machine(configuration, MemoryModel.IDEAL)) {
      run(new BareMachine(configuration, machine), machine, work);
      return work.entries().stream()
          .map(
              entry ->
                  machine
                      .memory()
                      .read(
                          entry.value(HeadEntry.OUTPUT),
                          (int)
                              (entry.value(HeadEntry.ROWS) * entry.value(HeadEntry.OUTPUT_STRIDE))))
          .toList();
    }
  }

  @Test
  void longRowsTakeACycleForEachKeyOnceTheirKeysAreThere() {
    CompletionRecord some = longRows(15);
    CompletionRecord many = longRows(60);
    long pairsOfALane = 45 / 3 * CUTTING.attention().orElseThrow().longestRow();
    assertThat(many.busy() - some.busy()).isEqualTo(pairsOfALane);
    assertThat(many.cycles() - some.cycles()).isBetween(pairsOfALane, pairsOfALane * 101 / 100);
  }

  /** Some rows of the most keys that there are. */
  private static CompletionRecord longRows(int rows) {
    AttentionShape shape = CUTTING.attention().orElseThrow();
    AttentionWork work = new AttentionWork(1 << 20);
    work.random(new Random(31), rows, shape.longestRow(), 1, 1, 64, 4);
    try (SimulatedMachine machine = machine(CUTTING, MemoryModel.IDEAL)) {
      BareMachine bare = new BareMachine(CUTTING, machine);
      CompletionRecord record = run(bare, machine, work);
      work.runGolden(shape.lanes());
      assertThat(work.firstDifference(machine.memory())).isEqualTo(-1);
      assertThat(count(bare, AttentionCounter.ROWS)).isEqualTo(rows);
      return record;
    }
  }

  @Test
  void statesOfPartsOfARowMergeToTheBitsOfTheRow() {
    int split = 2 * GoldenAttention.SEGMENT;
    int keys = split + 300;
    int rows = 7;
    int elements = 2 * GoldenHead.LINE;
    AttentionWork work = new AttentionWork(1 << 21);
    HeadEntry whole = work.random(new Random(8), rows, keys, 1, 2, 64, 12);
    HeadEntry before = stateOf(work, whole, 0, split);
    HeadEntry behind = stateOf(work, whole, split, keys);
    try (SimulatedMachine machine = machine(CUTTING, MemoryModel.IDEAL)) {
      run(new BareMachine(CUTTING, machine), machine, work);
      work.runGolden(CUTTING.attention().orElseThrow().lanes());
      assertThat(work.firstDifference(machine.memory())).isEqualTo(-1);
      for (int row = 0; row < rows; row++) {
        AttentionState merged =
            state(machine, before, row, elements).merge(state(machine, behind, row, elements));
        float[] output = new float[elements];
        merged.normalise(output, 0);
        ByteBuffer expected = output(machine, whole, row, elements * Float.BYTES);
        for (int i = 0; i < elements; i++) {
          assertThat(output[i]).as("row %d", row).isEqualTo(expected.getFloat(i * Float.BYTES));
        }
      }
    }
  }

  @Test
  void aRowThatIsSplitOverTwoDescriptorsHasTheBitsOfTheWholeRow() {
    int keys = 1500;
    int rows = 7;
    AttentionWork work = new AttentionWork(1 << 23);
    HeadEntry whole = work.random(new Random(9), rows, keys, 1, 2, 64, 12);
    List<HeadEntry> before = new ArrayList<>();
    List<HeadEntry> behind = new ArrayList<>();
    for (int split = GoldenAttention.SEGMENT; split < keys; split += GoldenAttention.SEGMENT) {
      before.add(stateOf(work, whole, 0, split));
    }
    for (HeadEntry part : before) {
      HeadEntry rest = stateOf(work, whole, (int) part.value(HeadEntry.KEYS), keys);
      behind.add(
          rest.with(HeadEntry.OUTPUT_FORMAT, HeadEntry.Output.FP32.ordinal())
              .with(HeadEntry.OUTPUT_STRIDE, whole.value(HeadEntry.OUTPUT_STRIDE))
              .with(HeadEntry.CONTINUED, 1)
              .with(HeadEntry.STATES, part.value(HeadEntry.OUTPUT)));
    }
    // The last entries read what those before have written: all of it must have arrived.
    List<Descriptor> list = new ArrayList<>(work.attend(List.of(1 + before.size(), behind.size())));
    list.add(Descriptor.of(Operation.END));
    work.runGolden(CUTTING.attention().orElseThrow().lanes());
    for (MemoryModel memory :
        List.of(MemoryModel.IDEAL, MemoryModel.Ddr.DDR4_2400, MemoryModel.Random.of(3))) {
      try (SimulatedMachine machine = machine(CUTTING, memory)) {
        work.store(machine.memory());
        clear(machine, before);
        new BareMachine(CUTTING, machine).run(list);
        assertThat(work.firstDifference(machine.memory())).as(memory.label()).isEqualTo(-1);
        for (HeadEntry rest : behind) {
          for (int row = 0; row < rows; row++) {
            assertThat(output(machine, rest, row, 512))
                .as("%d keys behind, row %d", rest.value(HeadEntry.KEYS), row)
                .isEqualTo(output(machine, whole, row, 512));
          }
        }
      }
    }
  }

  /** Overwrites the output of entries, which the image has as it will be. */
  private static void clear(SimulatedMachine machine, List<HeadEntry> entries) {
    for (HeadEntry entry : entries) {
      long bytes = entry.value(HeadEntry.ROWS) * entry.value(HeadEntry.OUTPUT_STRIDE);
      machine.memory().write(entry.value(HeadEntry.OUTPUT), ByteBuffer.allocate((int) bytes));
    }
  }

  /** The same rows over the keys of {@code from} to {@code to - 1}, their states as output. */
  private static HeadEntry stateOf(AttentionWork work, HeadEntry whole, int from, int to) {
    HeadEntry part = copy(work, whole);
    int stride = AttentionState.bytes((int) whole.value(HeadEntry.VALUE_LINES) * GoldenHead.LINE);
    int valueBytes = (int) whole.value(HeadEntry.VALUE_LINES) * GoldenHead.LINE;
    return part.with(HeadEntry.KEYS, to - from)
        .with(HeadEntry.KEY_ROWS, whole.value(HeadEntry.KEY_ROWS) + from * GoldenHead.LINE)
        .with(HeadEntry.VALUE_ROWS, whole.value(HeadEntry.VALUE_ROWS) + from * valueBytes)
        .with(HeadEntry.KEY_EXPONENTS, whole.value(HeadEntry.KEY_EXPONENTS) + 2 * from)
        .with(HeadEntry.OUTPUT_FORMAT, HeadEntry.Output.STATE.ordinal())
        .with(HeadEntry.OUTPUT_STRIDE, stride)
        .with(HeadEntry.OUTPUT, work.allocate((int) whole.value(HeadEntry.ROWS) * stride));
  }

  private static AttentionState state(
      SimulatedMachine machine, HeadEntry entry, int row, int elements) {
    ByteBuffer bytes = output(machine, entry, row, AttentionState.bytes(elements));
    return AttentionState.decode(bytes, 0, elements);
  }

  private static ByteBuffer output(SimulatedMachine machine, HeadEntry entry, int row, int bytes) {
    long start = entry.value(HeadEntry.OUTPUT) + row * entry.value(HeadEntry.OUTPUT_STRIDE);
    return ByteBuffer.wrap(machine.memory().read(start, bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void windowsAndFirstKeysThatCoverEverythingEqualCausalRows() {
    int keys = 47;
    AttentionWork work = new AttentionWork(1 << 20);
    HeadEntry causal = causal(work, keys);
    copy(work, causal).with(HeadEntry.WINDOW, keys);
    copy(work, causal).with(HeadEntry.WINDOW, 1).with(HeadEntry.FIRST, keys);
    copy(work, causal).with(HeadEntry.WINDOW, keys / 2).with(HeadEntry.FIRST, keys / 2 + 1);
    copy(work, causal).with(HeadEntry.WINDOW, keys - 1);
    List<byte[]> results = outputs(ONE_LANE, work);
    byte[] expected = results.get(0);
    assertThat(results.subList(1, 4)).allSatisfy(result -> assertThat(result).isEqualTo(expected));
    assertThat(results.get(4)).isNotEqualTo(expected);
  }

  @Test
  void theOrderOfPagesInMemoryChangesNoBit() {
    AttentionWork work = new AttentionWork(1 << 20);
    HeadEntry causal = causal(work, 47);
    for (int size = 1; size <= 64; size *= 2) {
      work.page(copy(work, causal), size, new Random(size));
      work.page(copy(work, causal), size, new Random(-size));
    }
    List<byte[]> results = outputs(TIGHT, work);
    assertThat(results).hasSize(15).allSatisfy(r -> assertThat(r).isEqualTo(results.get(0)));
  }

  @Test
  void aSequenceThatSharesThePagesOfAPrefixEqualsOneThatDoesNot() {
    int size = 8;
    int shared = 3;
    AttentionWork work = new AttentionWork(1 << 20);
    HeadEntry child = causal(work, 40);
    HeadEntry parent = causal(work, 40);
    for (int i = size * shared * GoldenHead.LINE; i < 40 * GoldenHead.LINE; i++) {
      int place = (int) child.value(HeadEntry.KEY_ROWS) + i;
      work.image().put(place, (byte) -work.image().get(place));
    }
    HeadEntry sharing = copy(work, child);
    work.page(sharing, size, new Random(1));
    work.page(parent, size, new Random(2));
    int distance = (int) (parent.value(HeadEntry.KEY_ROWS) - sharing.value(HeadEntry.KEY_ROWS));
    for (int page = 0; page < shared; page++) {
      int at = page * GoldenHead.PAGE_BYTES;
      int line = work.image().getInt((int) parent.value(HeadEntry.PAGES) + at);
      work.image()
          .putInt((int) sharing.value(HeadEntry.PAGES) + at, line + distance / GoldenHead.LINE);
    }
    List<byte[]> results = outputs(TIGHT, work);
    assertThat(results.get(2)).isEqualTo(results.get(0)).isNotEqualTo(results.get(1));
  }

  @Test
  void theNodesOfATreeEqualTheEndsOfTheirPaths() {
    int prefix = 20;
    int nodes = 26;
    Random random = new Random(5);
    AttentionWork work = new AttentionWork(1 << 20);
    HeadEntry tree = causal(work, prefix + nodes).with(HeadEntry.ROWS, nodes);
    List<List<Integer>> paths = new ArrayList<>();
    List<Long> masks = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      int parent = random.nextInt(node + 1) - 1;
      List<Integer> path = new ArrayList<>(parent < 0 ? List.of() : paths.get(parent));
      path.add(node);
      paths.add(path);
      masks.add(path.stream().mapToLong(ancestor -> 1L << ancestor).sum());
    }
    work.mask(tree.with(HeadEntry.FIRST, prefix), masks);
    for (int node = 0; node < nodes; node++) {
      List<Integer> tokens = new ArrayList<>(IntStream.range(0, prefix).boxed().toList());
      paths.get(node).forEach(ancestor -> tokens.add(prefix + ancestor));
      HeadEntry alone =
          causal(work, prefix + nodes)
              .with(HeadEntry.ROWS, 1)
              .with(HeadEntry.QUERIES, tree.value(HeadEntry.QUERIES) + node * GoldenHead.LINE);
      work.image()
          .put(
              (int) alone.value(HeadEntry.QUERY_EXPONENTS),
              work.image().get((int) tree.value(HeadEntry.QUERY_EXPONENTS) + node));
      keep(work, alone.with(HeadEntry.BIDIRECTIONAL, 1), tokens);
    }
    List<byte[]> results = outputs(TIGHT, work);
    int row = (int) tree.value(HeadEntry.OUTPUT_STRIDE);
    for (int node = 0; node < nodes; node++) {
      assertThat(Arrays.copyOfRange(results.get(0), node * row, (node + 1) * row))
          .as("node %d", node)
          .isEqualTo(results.get(1 + node));
    }
  }

  /** Moves the tokens to the front of the keys of an entry and leaves the others out. */
  private static void keep(AttentionWork work, HeadEntry entry, List<Integer> tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      move(work, entry.value(HeadEntry.KEY_ROWS), GoldenHead.LINE, tokens.get(i), i);
      move(work, entry.value(HeadEntry.VALUE_ROWS), GoldenHead.LINE, tokens.get(i), i);
      move(work, entry.value(HeadEntry.KEY_EXPONENTS), 2, tokens.get(i), i);
    }
    entry.with(HeadEntry.KEYS, tokens.size());
  }

  private static void move(AttentionWork work, long base, int bytes, int from, int to) {
    byte[] moved = new byte[bytes];
    work.image().get((int) base + from * bytes, moved);
    work.image().put((int) base + to * bytes, moved);
  }

  private static HeadEntry causal(AttentionWork work, int keys) {
    return work.random(new Random(31), keys, keys, 1, 1, 64, 4)
        .with(HeadEntry.BIDIRECTIONAL, 0)
        .with(HeadEntry.WINDOW, 1 << 20);
  }

  /** The same entry with an output of its own. */
  private static HeadEntry copy(AttentionWork work, HeadEntry entry) {
    HeadEntry copy = new HeadEntry();
    HeadEntry.FIELDS.forEach(field -> copy.with(field, entry.value(field)));
    int bytes = (int) (entry.value(HeadEntry.ROWS) * entry.value(HeadEntry.OUTPUT_STRIDE));
    copy.with(HeadEntry.OUTPUT, work.allocate(bytes));
    work.entries().add(copy);
    return copy;
  }

  private static long count(BareMachine bare, AttentionCounter counter) {
    return bare.registers().read(counter.register(), MachineRegisters.COUNT);
  }

  @Test
  void theCountersSayWhatTheEngineHasDone() {
    int keys = 40;
    AttentionWork work = new AttentionWork(1 << 20);
    work.page(causal(work, keys), 16, new Random(1));
    int beats = GoldenHead.LINE / TIGHT.beatBytes();
    try (SimulatedMachine machine = machine(TIGHT, MemoryModel.IDEAL)) {
      BareMachine bare = new BareMachine(TIGHT, machine);
      run(bare, machine, work);
      assertThat(count(bare, AttentionCounter.PAIRS)).isEqualTo(keys * (keys + 1) / 2);
      assertThat(count(bare, AttentionCounter.ROWS)).isEqualTo(keys);
      assertThat(count(bare, AttentionCounter.CONFLICTS)).isZero();
      assertThat(count(bare, AttentionCounter.SCORE_STALLS)).isPositive();
      // Three pages with a line of exponents each.
      assertThat(count(bare, AttentionCounter.KEY_BEATS)).isEqualTo((keys + 3) * beats);
      assertThat(count(bare, AttentionCounter.VALUE_BEATS)).isEqualTo(keys * beats);
      // The lines of the entry, a page list for the keys and one for the values.
      assertThat(count(bare, AttentionCounter.INDEX_BEATS))
          .isEqualTo(HeadEntry.BYTES / TIGHT.beatBytes() + 2 * beats);
    }
  }

  @Test
  void causalRowsTakeAsManyCyclesAsLastTime() {
    AttentionWork work = new AttentionWork(1 << 20);
    causal(work, 40);
    try (SimulatedMachine machine = machine(ONE_LANE, MemoryModel.IDEAL)) {
      CompletionRecord record = run(new BareMachine(ONE_LANE, machine), machine, work);
      assertThat(record.busy()).isEqualTo(40 * 41 / 2);
      assertThat(record.cycles()).isEqualTo(3368);
    }
  }
}

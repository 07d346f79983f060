package dev.heddle.accel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.RandomCaches.Kind;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.attention.CacheWork;
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
 * Keys and values that simulated machines append and copy against the golden model, bit for bit.
 *
 * <p>{@code -Dheddle.seed=N} repeats the run that printed N.
 */
class CacheTest {
  private static final long SEED = Long.getLong("heddle.seed", System.nanoTime());
  private static final int TABLES = 30;
  private static final int ENTRIES = 6;
  private static final int MEMORY_BYTES = 1 << 22;

  private static final Configuration TIGHT =
      Configuration.NANO
          .withAttention(new AttentionShape(1, 128, 64, 2, 64, 64, 4, 64))
          .withAppend();

  private static final Configuration BROAD =
      new Configuration("broad", 1, 512, 16, 8, 1, 9, 16, 250_000_000, Optional.empty())
          .withAttention(new AttentionShape(2, 64, 128, 8, 256, 256, 16, 64).withPages())
          .withAppend();

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
  void whatIsAppendedAndCopiedEqualsTheGoldenModelBitForBit(Configuration configuration) {
    System.out.printf("cache, %s: heddle.seed=%d%n", configuration.name(), SEED);
    Kind[] kinds = Kind.values();
    boolean saturated = false;
    try (SimulatedMachine machine = machine(configuration, MemoryModel.IDEAL)) {
      BareMachine bare = new BareMachine(configuration, machine);
      for (int table = 0; table < TABLES; table++) {
        Random random = new Random(SEED + table);
        MemoryModel memory = TestMachine.memory(random);
        for (int port = 0; port < machine.ports(); port++) {
          machine.memoryModel(port, memory);
        }
        RandomCaches caches = new RandomCaches(random.nextLong(), configuration, MEMORY_BYTES);
        // Infinite numbers come last, for the status says only that there was one.
        int reach = table < TABLES / 2 ? Kind.INFINITE.ordinal() : kinds.length;
        List<AppendEntry> appends = new ArrayList<>();
        List<CopyEntry> copies = new ArrayList<>();
        for (int i = 0; i < 2 * ENTRIES; i++) {
          appends.add(caches.append(kinds[(table * ENTRIES + i) % reach]));
          copies.add(caches.copy());
        }
        CacheWork work = new CacheWork(caches.memory());
        List<Descriptor> list =
            List.of(
                work.append(appends.subList(0, ENTRIES)),
                work.copy(copies.subList(0, ENTRIES)),
                work.append(appends.subList(ENTRIES, 2 * ENTRIES)),
                work.copy(copies.subList(ENTRIES, 2 * ENTRIES)),
                Descriptor.of(Operation.END));
        caches.memory().store(machine.memory());
        List<CompletionRecord> records = bare.run(list);
        saturated |= work.runGolden(configuration);
        String name =
            "table %d of seed %d on %s, %s%n%s"
                .formatted(table, SEED, configuration.name(), memory.label(), work.entries());
        assertThat(caches.memory().firstDifference(machine.memory())).as(name).isEqualTo(-1);
        assertThat(records).extracting(CompletionRecord::engine).containsOnly(Engine.CACHE);
        assertThat(bare.registers().read("STATUS", "memory_error")).as(name).isZero();
        assertThat(bare.registers().read("STATUS", "saturated"))
            .as(name)
            .isEqualTo(saturated ? 1 : 0);
      }
    }
    assertThat(saturated).isTrue();
  }

  /** Cycles of one descriptor. */
  private static long cycles(
      BareMachine bare, SimulatedMachine machine, AttentionWork work, Descriptor descriptor) {
    work.store(machine.memory());
    return bare.run(List.of(descriptor, Descriptor.of(Operation.END))).get(0).cycles();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2"})
  void eachRowTakesAsManyCyclesAsDocumented(int keyLines, int valueLines) {
    int rows = 16;
    try (SimulatedMachine machine = machine(BROAD, new MemoryModel.Ideal(4))) {
      BareMachine bare = new BareMachine(BROAD, machine);
      long[] append = new long[2];
      long[] copy = new long[2];
      for (int i = 0; i < 2; i++) {
        RandomCaches caches = new RandomCaches(SEED, BROAD, MEMORY_BYTES);
        CacheWork work = new CacheWork(caches.memory());
        AppendEntry entry = caches.append(keyLines, valueLines, rows * (1 + i));
        append[i] = cycles(bare, machine, caches.memory(), work.append(List.of(entry)));
        Descriptor copies = work.copy(List.of(caches.copy(entry)));
        copy[i] = cycles(bare, machine, caches.memory(), copies);
      }
      assertThat(append[1] - append[0]).isEqualTo(rows * 4L * (keyLines + valueLines));
      assertThat(copy[1] - copy[0]).isEqualTo(rows * (keyLines + valueLines + 1L));
    }
  }

  /** The pages of a sequence in card memory, in order. */
  private record Pages(int pool, List<Integer> numbers) {
    private static final int TOKENS = 16;
    private static final int LINES = 2 * TOKENS + 1;

    long place(int token) {
      return pool + (long) numbers.get(token / TOKENS) * LINES * GoldenHead.LINE;
    }

    long key(int token) {
      return place(token) + token % TOKENS * GoldenHead.LINE;
    }

    long value(int token) {
      return key(token) + TOKENS * GoldenHead.LINE;
    }

    long exponents(int token) {
      int codes = 2 * TOKENS * GoldenHead.LINE;
      return place(token) + codes + token % TOKENS * AppendEntry.EXPONENT_BYTES;
    }

    /** Appends rows that begin with those of {@code numbers}, as many keys and as many values. */
    List<AppendEntry> append(int from, int to, int numbers) {
      List<AppendEntry> entries = new ArrayList<>();
      int width = GoldenHead.LINE * Float.BYTES;
      for (int token = from; token < to; token = (token / TOKENS + 1) * TOKENS) {
        int end = Math.min(to, (token / TOKENS + 1) * TOKENS);
        entries.add(
            new AppendEntry()
                .with(AppendEntry.KEY_LINES, 1)
                .with(AppendEntry.VALUE_LINES, 1)
                .with(AppendEntry.ROWS, end - token)
                .with(AppendEntry.KEY_ROWS, key(token))
                .with(AppendEntry.VALUE_ROWS, value(token))
                .with(AppendEntry.KEY_EXPONENTS, exponents(token))
                .with(AppendEntry.KEY_NUMBERS, numbers + (token - from) * width)
                .with(AppendEntry.VALUE_NUMBERS, numbers + (to - token) * width));
      }
      return entries;
    }

    /** Copies the first rows of the last page from that of another sequence. */
    CopyEntry copyLast(Pages other, int tokens) {
      int first = tokens / TOKENS * TOKENS;
      return new CopyEntry()
          .with(CopyEntry.KEY_LINES, 1)
          .with(CopyEntry.VALUE_LINES, 1)
          .with(CopyEntry.ROWS, tokens - first)
          .with(CopyEntry.KEY_ROWS, key(first))
          .with(CopyEntry.VALUE_ROWS, value(first))
          .with(CopyEntry.KEY_EXPONENTS, exponents(first))
          .with(CopyEntry.KEY_SOURCE, other.key(first))
          .with(CopyEntry.VALUE_SOURCE, other.value(first))
          .with(CopyEntry.EXPONENT_SOURCE, other.exponents(first));
    }

    /** Lets queries, the same for each sequence, see the first tokens. */
    HeadEntry attend(AttentionWork work, int tokens) {
      HeadEntry entry = work.random(new Random(SEED), 4, tokens, 1, 1, 64, 3);
      int list = work.allocate(numbers.size() * GoldenHead.PAGE_BYTES);
      for (int i = 0; i < numbers.size(); i++) {
        work.image().putInt(list + i * GoldenHead.PAGE_BYTES, numbers.get(i) * LINES);
      }
      return entry
          .with(HeadEntry.KEY_ROWS, pool)
          .with(HeadEntry.VALUE_ROWS, pool + TOKENS * GoldenHead.LINE)
          .with(HeadEntry.KEY_EXPONENTS, pool + 2 * TOKENS * GoldenHead.LINE)
          .with(HeadEntry.PAGES, list)
          .with(HeadEntry.PAGE_COUNT, numbers.size())
          .with(HeadEntry.PAGE_SIZE, TOKENS);
    }
  }

  /**
   * A text is read once; two sequences go on from it, of which the second has its own copy of the
   * last page, which is not full. Both equal sequences that share nothing. Attention waits for what
   * is appended.
   */
  @Test
  void sequencesThatShareAllPagesButTheLastEqualUnsharedOnes() {
    int text = 37;
    int tokens = 43;
    AttentionWork work = new AttentionWork(MEMORY_BYTES);
    CacheWork caches = new CacheWork(work);
    int pool = work.allocate(10 * Pages.LINES * GoldenHead.LINE);
    Pages first = new Pages(pool, List.of(8, 0, 3));
    Pages second = new Pages(pool, List.of(8, 0, 5));
    Pages firstAlone = new Pages(pool, List.of(1, 2, 4));
    Pages secondAlone = new Pages(pool, List.of(6, 9, 7));
    int ofText = numbers(work, 2 * text);
    int ofFirst = numbers(work, 2 * (tokens - text));
    int ofSecond = numbers(work, 2 * (tokens - text));
    List<AppendEntry> texts = new ArrayList<>(first.append(0, text, ofText));
    texts.addAll(firstAlone.append(0, text, ofText));
    texts.addAll(secondAlone.append(0, text, ofText));
    List<AppendEntry> ends = new ArrayList<>(first.append(text, tokens, ofFirst));
    ends.addAll(second.append(text, tokens, ofSecond));
    ends.addAll(firstAlone.append(text, tokens, ofFirst));
    ends.addAll(secondAlone.append(text, tokens, ofSecond));
    List<HeadEntry> heads =
        Stream.of(first, firstAlone, second, secondAlone)
            .map(pages -> pages.attend(work, tokens))
            .toList();
    List<Descriptor> list =
        List.of(
            caches.append(texts),
            caches.copy(List.of(second.copyLast(first, text))),
            caches.append(ends).release(Engine.ATTENTION),
            work.attend().await(Engine.CACHE),
            Descriptor.of(Operation.END));
    try (SimulatedMachine machine = machine(BROAD, MemoryModel.Random.of(SEED))) {
      work.store(machine.memory());
      new BareMachine(BROAD, machine).run(list);
      caches.runGolden(BROAD);
      work.runGolden(BROAD.attention().orElseThrow().lanes());
      assertThat(work.firstDifference(machine.memory())).as("seed %d", SEED).isEqualTo(-1);
      List<byte[]> outputs =
          heads.stream()
              .map(
                  head -> machine.memory().read(head.value(HeadEntry.OUTPUT), 4 * 64 * Float.BYTES))
              .toList();
      assertThat(outputs.get(0)).isEqualTo(outputs.get(1)).isNotEqualTo(outputs.get(2));
      assertThat(outputs.get(2)).isEqualTo(outputs.get(3));
    }
  }

  /** Random rows of 64 numbers. */
  private static int numbers(AttentionWork work, int rows) {
    int place = work.allocate(rows * GoldenHead.LINE * Float.BYTES);
    Random random = new Random(SEED + place);
    for (int i = 0; i < rows * GoldenHead.LINE; i++) {
      work.image().putFloat(place + i * Float.BYTES, (float) random.nextGaussian());
    }
    return place;
  }
}

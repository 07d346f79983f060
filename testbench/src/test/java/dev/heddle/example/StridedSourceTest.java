package dev.heddle.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.attention.RowTag;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.Simulation;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StridedSourceTest {
  private static final long SEED = Long.getLong("heddle.seed", System.nanoTime());

  /** What the source is given. */
  record Entry(int rows, int keys) {
    BigInteger bits() {
      BigInteger rowBits = BigInteger.valueOf(rows).shiftLeft(HeadEntry.ROWS.lowBit());
      return BigInteger.valueOf(keys).shiftLeft(HeadEntry.KEYS.lowBit()).or(rowBits);
    }
  }

  record Request(int lane, int slot, int row) {}

  record Key(int lane, boolean first, boolean last, int place) {}

  record Step(List<Key> keys, boolean last) {}

  /** What it makes of it. */
  record Run(List<Request> requests, List<Step> steps, long cycles) {}

  private static AttentionShape shape(int lanes) {
    return new AttentionShape(lanes, 64, 64, 2, 256, 256, 4, 64);
  }

  /** Runs entries; each output stream takes something in {@code percent} of the cycles. */
  private static Run run(int lanes, int stride, List<Entry> entries, Random random, int percent) {
    List<Request> requests = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    int rows = entries.stream().mapToInt(Entry::rows).sum();
    int given = 0;
    int ended = 0;
    try (Simulation source =
        Simulation.of(VerilogWriter.write(new StridedSource(shape(lanes), stride)))) {
      source.clock("clk");
      source.reset(2);
      long start = source.cycle();
      while (ended < entries.size() || requests.size() < rows) {
        assertThat(source.cycle()).as("seed %d: cycles", SEED).isLessThan(1_000_000);
        boolean giving = given < entries.size();
        source.set("entries_valid", giving ? 1 : 0);
        if (giving) {
          source.set("entries_entry", entries.get(given).bits());
          source.set("entries_slot", given % RowTag.ENTRIES);
        }
        boolean takesRow = random.nextInt(100) < percent;
        boolean takesStep = random.nextInt(100) < percent;
        source.set("rows_ready", takesRow ? 1 : 0);
        source.set("steps_ready", takesStep ? 1 : 0);
        source.eval();
        if (giving && source.value("entries_ready") == 1) {
          given++;
        }
        if (takesRow && source.value("rows_valid") == 1) {
          requests.add(
              new Request(
                  (int) source.value("rows_lane"),
                  (int) source.value("rows_tag_entry"),
                  (int) source.value("rows_tag_row")));
        }
        if (takesStep && source.value("steps_valid") == 1) {
          steps.add(step(source, lanes));
          ended += steps.get(steps.size() - 1).last() ? 1 : 0;
        }
        source.step();
      }
      return new Run(requests, steps, source.cycle() - start);
    }
  }

  private static Step step(Simulation source, int lanes) {
    List<Key> keys = new ArrayList<>();
    for (int lane = 0; lane < lanes; lane++) {
      String key = "steps_keys_%d_".formatted(lane);
      if (source.value(key + "valid") == 1) {
        boolean first = source.value(key + "first") == 1;
        boolean last = source.value(key + "last") == 1;
        keys.add(new Key(lane, first, last, (int) source.value(key + "place")));
      }
    }
    return new Step(keys, source.value("steps_last") == 1);
  }

  @ParameterizedTest(name = "{0} lanes, stride {1}")
  @CsvSource({"1, 2", "3, 4", "4, 64"})
  void eachRowSeesExactlyItsKeysHoweverSlowlyTheyAreTaken(int lanes, int stride) {
    Random random = new Random(SEED);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int rows = 1 + random.nextInt(64);
      int least = Math.min(rows, stride); // every row has a key
      int keys = i == 0 ? 256 : least + random.nextInt(i % 2 == 0 ? 257 - least : 5);
      entries.add(new Entry(rows, keys));
    }
    for (int percent : new int[] {100, 40}) {
      Run run = run(lanes, stride, entries, random, percent);
      Iterator<Request> requests = run.requests().iterator();
      Iterator<Step> steps = run.steps().iterator();
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get(i);
        assertThat(seen(lanes, i % RowTag.ENTRIES, requests, steps))
            .as("seed %d: keys of the rows of entry %d, %s", SEED, i, entry)
            .isEqualTo(
                IntStream.range(0, entry.rows()).mapToObj(r -> keys(r, stride, entry)).toList());
      }
      assertThat(requests).isExhausted();
      assertThat(steps).isExhausted();
    }
  }

  private static List<Integer> keys(int row, int stride, Entry entry) {
    return IntStream.iterate(row % stride, k -> k < entry.keys(), k -> k + stride).boxed().toList();
  }

  /** Keys of the rows of an entry; demands that rows are named in the order in which they begin. */
  private static List<List<Integer>> seen(
      int lanes, int slot, Iterator<Request> requests, Iterator<Step> steps) {
    List<List<Integer>> seen = new ArrayList<>();
    int[] open = new int[lanes]; // one more than the row of the lane, or zero
    Step step;
    do {
      step = steps.next();
      for (Key key : step.keys()) {
        int lane = key.lane();
        assertThat(key.first()).as("seed %d: first", SEED).isEqualTo(open[lane] == 0);
        if (key.first()) {
          assertThat(requests.next())
              .as("seed %d", SEED)
              .isEqualTo(new Request(lane, slot, seen.size()));
          seen.add(new ArrayList<>());
          open[lane] = seen.size();
        }
        seen.get(open[lane] - 1).add(key.place());
        open[lane] = key.last() ? 0 : open[lane];
      }
    } while (!step.last());
    assertThat(open).as("seed %d: rows left open", SEED).containsOnly(0);
    return seen;
  }

  @Test
  void aTileTakesAsManyCyclesAsItsLongestRowHasKeys() {
    // Rows 0 to 2 and 3 to 5 hold one that sees keys 0, 4 .. 40; row 6 sees 2, 6 .. 38.
    Entry entry = new Entry(7, 41);
    Run run = run(3, 4, List.of(entry, entry), new Random(SEED), 100);
    assertThat(run.steps()).hasSize(2 * (11 + 11 + 10));
    assertThat(run.cycles()).isEqualTo(2 * (1 + 11 + 11 + 10));
  }

  @Test
  void aStrideThatIsNoPowerOfTwoIsRefused() {
    assertThatThrownBy(() -> new StridedSource(shape(2), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the stride is 3 but must be a power of two, 2 to 256");
  }
}

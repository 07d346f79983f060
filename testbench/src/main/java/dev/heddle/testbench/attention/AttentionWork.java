package dev.heddle.testbench.attention;

import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.KeySummary;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.format.ScoreScale;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.isa.HeadEntry.Source;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.accel.mask.ScheduleImage;
import dev.heddle.testbench.CardMemory;
import dev.heddle.testbench.matmul.BareMachine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Entries of a head table with their queries, keys and values, laid out one after the other in an
 * image of card memory.
 *
 * <pre>
 *   queries | query exponents | keys | values | key exponents | output | output exponents | ... | table
 * </pre>
 */
public final class AttentionWork {
  private static final int ALIGNMENT = 64;

  /** Pages that nobody lists. */
  private static final int SPARE_PAGES = 3;

  private final ByteBuffer image;
  private final List<HeadEntry> entries = new ArrayList<>();
  private int next = Math.toIntExact(BareMachine.DATA);

  /** Work in a card memory of {@code bytes} bytes. */
  public AttentionWork(int bytes) {
    image = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Takes the next {@code bytes} bytes, rounded up to whole lines. */
  public int allocate(int bytes) {
    int place = next;
    next = (next + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (next > image.capacity()) {
      throw new IllegalArgumentException(
          "the work needs more than the %d bytes of card memory".formatted(image.capacity()));
    }
    return place;
  }

  /** The image of card memory. */
  public ByteBuffer image() {
    return image;
  }

  /** The entries so far. */
  public List<HeadEntry> entries() {
    return entries;
  }

  /**
   * Adds an entry with random vectors that sees all its keys; the caller sets what is different.
   *
   * @param elements elements of a vector that are not zero
   * @param spread exponents vary by up to this
   * @param numbers keys in card memory, of which the entry may leave some out
   */
  public HeadEntry random(
      Random random,
      int rows,
      int numbers,
      int keyLines,
      int valueLines,
      int elements,
      int spread) {
    HeadEntry entry =
        new HeadEntry()
            .with(HeadEntry.SOURCE, Source.PATTERN.ordinal())
            .with(HeadEntry.OUTPUT_FORMAT, Output.FP32.ordinal())
            .with(HeadEntry.GROUP, 1)
            .with(HeadEntry.ROWS, rows)
            .with(HeadEntry.KEYS, numbers)
            .with(HeadEntry.BIDIRECTIONAL, 1)
            .with(HeadEntry.WINDOW, 1)
            .with(HeadEntry.KEY_LINES, keyLines)
            .with(HeadEntry.VALUE_LINES, valueLines);
    setScale(entry, ScoreScale.ofHeadDimension(elements));
    int bytes = GoldenHead.LINE;
    entry.with(HeadEntry.QUERIES, vectors(random, rows, keyLines, elements));
    entry.with(HeadEntry.QUERY_EXPONENTS, exponents(random, rows, spread));
    entry.with(HeadEntry.KEY_ROWS, vectors(random, numbers, keyLines, elements));
    entry.with(HeadEntry.VALUE_ROWS, vectors(random, numbers, valueLines, elements));
    entry.with(HeadEntry.KEY_EXPONENTS, exponents(random, 2 * numbers, spread));
    int stride = valueLines * bytes * Float.BYTES;
    entry.with(HeadEntry.OUTPUT, allocate(rows * stride)).with(HeadEntry.OUTPUT_STRIDE, stride);
    entry.with(HeadEntry.OUTPUT_EXPONENTS, allocate(rows * valueLines * 2));
    entries.add(entry);
    return entry;
  }

  /** Sets the scale of an entry's scores. */
  public static void setScale(HeadEntry entry, ScoreScale scale) {
    entry.with(HeadEntry.MULTIPLIER, scale.multiplier()).with(HeadEntry.EXPONENT, scale.exponent());
  }

  private int vectors(Random random, int count, int lines, int elements) {
    int width = lines * GoldenHead.LINE;
    int place = allocate(count * width);
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < Math.min(elements, width); j++) {
        image.put(place + i * width + j, (byte) (random.nextInt(255) - 127));
      }
    }
    return place;
  }

  private int exponents(Random random, int count, int spread) {
    int place = allocate(count);
    for (int i = 0; i < count; i++) {
      image.put(place + i, (byte) (-7 - random.nextInt(spread + 1)));
    }
    return place;
  }

  /** Writes the head table and returns the descriptor that runs it. */
  public Descriptor attend() {
    return attend(List.of(entries.size())).get(0);
  }

  /**
   * Writes the head table and returns the descriptors that run it.
   *
   * @param counts how many entries each runs, all of them together
   */
  public List<Descriptor> attend(List<Integer> counts) {
    int table = allocate(entries.size() * HeadEntry.BYTES);
    for (int i = 0; i < entries.size(); i++) {
      entries.get(i).encode(image, table + i * HeadEntry.BYTES);
    }
    return run(Operation.ATTEND, table, HeadEntry.BYTES, counts);
  }

  /** Descriptors that run a table, some of its entries of {@code bytes} bytes each. */
  static List<Descriptor> run(Operation operation, int table, int bytes, List<Integer> counts) {
    List<Descriptor> descriptors = new ArrayList<>();
    int at = table;
    for (int count : counts) {
      descriptors.add(Descriptor.of(operation).with("table", at).with("entries", count));
      at += count * bytes;
    }
    return descriptors;
  }

  /** Copies everything to the card memory of a machine. */
  public void store(CardMemory memory) {
    memory.write(BareMachine.DATA, image.slice(dataStart(), next - dataStart()));
  }

  private static int dataStart() {
    return Math.toIntExact(BareMachine.DATA);
  }

  /**
   * Moves the keys, values and exponents of an entry, which lie row after row, to pages that lie
   * anywhere among others.
   *
   * @param size tokens of a page, a power of two that divides the gap of the entry
   * @param random the order of the pages in card memory
   */
  public void page(HeadEntry entry, int size, Random random) {
    int count = (value(entry, HeadEntry.KEYS) + size - 1) / size;
    int keyBytes = size * value(entry, HeadEntry.KEY_LINES) * GoldenHead.LINE;
    int valueBytes = size * value(entry, HeadEntry.VALUE_LINES) * GoldenHead.LINE;
    int lines = GoldenHead.lines(keyBytes + valueBytes + 2 * size);
    List<Integer> places = new ArrayList<>();
    for (int place = 0; place < count + SPARE_PAGES; place++) {
      places.add(place);
    }
    Collections.shuffle(places, random);
    int pool = allocate(places.size() * lines * GoldenHead.LINE);
    int list = allocate(count * GoldenHead.PAGE_BYTES);
    int gapStart = (value(entry, HeadEntry.FIRST) + size - 1) / size;
    int gap = value(entry, HeadEntry.GAP) / size;
    for (int i = 0; i < count; i++) {
      int line = places.get(i) * lines;
      int page = pool + line * GoldenHead.LINE;
      int number = i < gapStart ? i : i + gap;
      copy(value(entry, HeadEntry.KEY_ROWS) + number * keyBytes, page, keyBytes);
      copy(value(entry, HeadEntry.VALUE_ROWS) + number * valueBytes, page + keyBytes, valueBytes);
      int exponents = value(entry, HeadEntry.KEY_EXPONENTS) + number * 2 * size;
      copy(exponents, page + keyBytes + valueBytes, 2 * size);
      image.putInt(list + i * GoldenHead.PAGE_BYTES, line);
    }
    entry
        .with(HeadEntry.KEY_ROWS, pool)
        .with(HeadEntry.VALUE_ROWS, pool + keyBytes)
        .with(HeadEntry.KEY_EXPONENTS, pool + keyBytes + valueBytes)
        .with(HeadEntry.PAGES, list)
        .with(HeadEntry.PAGE_COUNT, count)
        .with(HeadEntry.PAGE_SIZE, size);
  }

  /**
   * Leaves an entry whose rows are the queries of the last tokens, all of one block, those of its
   * listed pages that the queries of the first of them choose.
   */
  public void route(HeadEntry entry, BlockRouting routing) {
    GoldenHead head = new GoldenHead(entry, image, 1);
    List<KvVector> keys = head.keys();
    List<KeySummary> summaries = new ArrayList<>();
    routing.summarise(keys, summaries);
    List<KvVector> first = head.queries().subList(0, value(entry, HeadEntry.GROUP));
    List<Integer> pages = routing.blocks(keys.size() - 1, first, summaries);
    int list = value(entry, HeadEntry.PAGES);
    for (int i = 0; i < pages.size(); i++) {
      // Pages are chosen in ascending order, so none is overwritten before it is read.
      int line = image.getInt(list + pages.get(i) * GoldenHead.PAGE_BYTES);
      image.putInt(list + i * GoldenHead.PAGE_BYTES, line);
    }
    see(entry, routing, pages.size());
  }

  /** Lets the rows of the last tokens see, causally, the blocks that are listed for them. */
  static void see(HeadEntry entry, BlockRouting routing, int pages) {
    int last = value(entry, HeadEntry.KEYS) - 1;
    int first = last + 1 - value(entry, HeadEntry.ROWS) / value(entry, HeadEntry.GROUP);
    int keys = routing.seen(last);
    entry
        .with(HeadEntry.KEYS, keys)
        .with(HeadEntry.PAGE_COUNT, pages)
        .with(HeadEntry.BIDIRECTIONAL, 0)
        .with(HeadEntry.POSITION, routing.seen(first) - 1)
        .with(HeadEntry.WINDOW, keys);
  }

  /** Lets each row of an entry see its first keys and those of a mask behind them. */
  public void mask(HeadEntry entry, List<Long> masks) {
    int place = allocate(masks.size() * GoldenHead.MASK_BYTES);
    for (int row = 0; row < masks.size(); row++) {
      image.putLong(place + row * GoldenHead.MASK_BYTES, masks.get(row));
    }
    entry.with(HeadEntry.MASKED, 1).with(HeadEntry.BIDIRECTIONAL, 0).with(HeadEntry.MASKS, place);
  }

  /** Gives each row of an entry a sink. */
  public void sink(HeadEntry entry, List<AttentionSink> sinks) {
    int place = allocate(sinks.size() * AttentionSink.BYTES);
    for (int row = 0; row < sinks.size(); row++) {
      sinks.get(row).encode(image, place + row * AttentionSink.BYTES);
    }
    entry.with(HeadEntry.SINKED, 1).with(HeadEntry.SINKS, place);
  }

  /** Lets each row of an entry go on from a state. */
  public void continued(HeadEntry entry, List<AttentionState> states) {
    int bytes = AttentionState.bytes(value(entry, HeadEntry.VALUE_LINES) * GoldenHead.LINE);
    int place = allocate(states.size() * bytes);
    for (int row = 0; row < states.size(); row++) {
      states.get(row).encode(image, place + row * bytes);
    }
    entry.with(HeadEntry.CONTINUED, 1).with(HeadEntry.STATES, place);
  }

  private void copy(int from, int to, int bytes) {
    image.put(to, image, from, Math.min(bytes, image.capacity() - from));
  }

  private static int value(HeadEntry entry, MemoryField field) {
    return Math.toIntExact(entry.value(field));
  }

  /**
   * Lets an entry see the keys of a schedule instead.
   *
   * @param output format of the output
   */
  public void schedule(HeadEntry entry, Schedule schedule, Output output) {
    ScheduleFormat format = new ScheduleFormat(schedule.lanes(), ScheduleFormat.DEFAULT_ENTRY_BITS);
    ScheduleImage lists = ScheduleImage.pack(schedule, format);
    entry
        .withSchedule(schedule, lists, copy(lists.steps()), copy(lists.rows()))
        .with(HeadEntry.OUTPUT_FORMAT, output.ordinal());
    if (output == Output.X8) {
      entry.with(HeadEntry.OUTPUT_STRIDE, entry.value(HeadEntry.VALUE_LINES) * GoldenHead.LINE);
    }
  }

  private int copy(ByteBuffer bytes) {
    int place = allocate(bytes.limit());
    image.put(place, bytes, 0, bytes.limit());
    return place;
  }

  /**
   * Executes the entries on the image in Java, one after the other.
   *
   * @return pairs of a row and a key that it sees
   */
  public long runGolden(int lanes) {
    return entries.stream().mapToLong(entry -> new GoldenHead(entry, image, lanes).run()).sum();
  }

  /** The first byte in which a card memory differs from the image, -1 when none does. */
  public long firstDifference(CardMemory memory) {
    byte[] expected = new byte[next - dataStart()];
    image.get(dataStart(), expected);
    byte[] actual = memory.read(BareMachine.DATA, expected.length);
    int difference = Arrays.mismatch(expected, actual);
    return difference < 0 ? -1 : BareMachine.DATA + difference;
  }
}

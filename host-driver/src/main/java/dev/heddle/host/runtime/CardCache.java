package dev.heddle.host.runtime;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.golden.SummaryImage;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.KeyValueLayout;
import dev.heddle.host.device.MemoryRegion;
import dev.heddle.host.device.NewRows;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The keys and values of a sequence in card memory, as the head table names them.
 *
 * <pre>
 *   layer 0                                                         layer 1
 *     KV head 0                                   KV head 1           ..
 *       page 0                      page 1 ..       page 0 ..
 *         keys | values | exponents   keys | ..
 * </pre>
 *
 * A slot of a {@link LayerCache} has the same number here: slot s is number {@code s % page} of
 * page {@code s / page}. Where nothing chooses among pages there is one. Where a router of the
 * machine chooses, what it reads follows:
 *
 * <pre>
 *   layer 0: KV head 0: summaries of pages 0, 1 ..| their exponents | KV head 1 ..| layer 1 ..
 *   page table, the same for all heads
 * </pre>
 */
final class CardCache {
  private final Device device;
  private final Form form;
  private final MemoryRegion region;

  /**
   * The size of a cache.
   *
   * @param layers layers of the model
   * @param kvHeads key and value heads
   * @param lines lines of 64 codes of a key, and of a value
   * @param slots tokens that there is room for
   * @param page tokens of a page
   * @param router by what the machine chooses among pages; empty where it does not
   */
  record Form(int layers, int kvHeads, int lines, int slots, int page, Optional<Router> router) {
    int vectorBytes() {
      return lines * GoldenHead.LINE;
    }

    /** How a page is laid out. */
    KeyValueLayout layout() {
      return new KeyValueLayout(page, lines, lines);
    }

    int pages() {
      return (slots + page - 1) / page;
    }

    long headBytes() {
      return pages() * layout().bytes();
    }

    int summaryBytes() {
      return new SummaryImage(lines).bytes();
    }

    /** Bytes of the summaries of all pages of a head. */
    long summariesBytes() {
      return router.isEmpty()
          ? 0
          : (long) pages() * summaryBytes() + ActivationImage.aligned(pages());
    }

    /** Where the summaries begin. */
    long summariesStart() {
      return layers * kvHeads * headBytes();
    }

    /** Where the page table begins. */
    long tableStart() {
      return summariesStart() + layers * kvHeads * summariesBytes();
    }

    /** Bytes of card memory. */
    long bytes() {
      long table = router.isEmpty() ? 0 : (long) pages() * GoldenHead.PAGE_BYTES;
      return tableStart() + ActivationImage.aligned(table);
    }
  }

  /** A cache whose contents are yet to be written. */
  CardCache(Device device, Form form) {
    this.device = device;
    this.form = form;
    this.region =
        device.allocate(form.bytes(), "keys and values of %d tokens".formatted(form.slots));
    if (form.router.isPresent()) {
      writePageTable();
    }
  }

  private void writePageTable() {
    ByteBuffer table =
        ByteBuffer.allocateDirect(form.pages() * GoldenHead.PAGE_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    places(IntStream.range(0, form.pages()).boxed().toList()).forEach(table::putInt);
    device.write(region, form.tableStart(), table.flip());
  }

  /** Where a page is in the region; its keys come first. */
  private long page(int layer, int head, int number) {
    return (layer * form.kvHeads + head) * form.headBytes() + number * form.layout().bytes();
  }

  /**
   * Brings a layer to what it is on the host, but for what the machine is to append.
   *
   * @return the rows that are appended, on a machine that does; then the layer is written
   */
  List<NewRows> write(int layer, LayerCache cache, int first) {
    int written = cache.written();
    if (!cache.firstWritten()) {
      write(layer, cache, 0, Math.min(first, written));
    }
    boolean appends = device.configuration().append();
    int fresh = appends ? Math.max(written, cache.freshFrom()) : cache.length();
    write(layer, cache, written, fresh);
    return append(layer, cache, fresh, cache.length());
  }

  private List<NewRows> append(int layer, LayerCache cache, int from, int to) {
    List<NewRows> rows = new ArrayList<>();
    for (int start = from; start < to; start = endOfPage(start, to)) {
      int end = endOfPage(start, to);
      for (int head = 0; head < form.kvHeads; head++) {
        AppendEntry entry =
            new AppendEntry()
                .with(AppendEntry.KEY_LINES, form.lines)
                .with(AppendEntry.VALUE_LINES, form.lines)
                .with(AppendEntry.KEY_ROWS, key(layer, head, start))
                .with(AppendEntry.VALUE_ROWS, value(layer, head, start))
                .with(AppendEntry.KEY_EXPONENTS, exponents(layer, head, start));
        rows.add(
            new NewRows(
                entry, cache.freshKeys(head, start, end), cache.freshValues(head, start, end)));
      }
    }
    return rows;
  }

  /**
   * Makes the nodes of a path, whose tree stands behind {@code text} tokens, the next tokens of all
   * layers, on a machine that copies.
   */
  void commit(int text, List<Integer> path) {
    List<CopyEntry> entries = new ArrayList<>();
    for (int layer = 0; layer < form.layers; layer++) {
      for (int head = 0; head < form.kvHeads; head++) {
        for (int i = 0; i < path.size(); ) {
          int rows = run(text, path, i);
          if (path.get(i) != i) {
            entries.add(copy(layer, head, text + path.get(i), text + i, rows));
          }
          i += rows;
        }
      }
    }
    if (!entries.isEmpty()) {
      device.copy(entries);
    }
  }

  /** How many nodes of a path from {@code i} on stay neighbours, of the same pages. */
  private int run(int text, List<Integer> path, int i) {
    int rows = 1;
    while (i + rows < path.size()
        && path.get(i + rows) == path.get(i) + rows
        && (text + i + rows) % form.page != 0
        && (text + path.get(i) + rows) % form.page != 0) {
      rows++;
    }
    return rows;
  }

  private CopyEntry copy(int layer, int head, int from, int to, int rows) {
    return new CopyEntry()
        .with(CopyEntry.KEY_LINES, form.lines)
        .with(CopyEntry.VALUE_LINES, form.lines)
        .with(CopyEntry.ROWS, rows)
        .with(CopyEntry.KEY_ROWS, key(layer, head, to))
        .with(CopyEntry.VALUE_ROWS, value(layer, head, to))
        .with(CopyEntry.KEY_EXPONENTS, exponents(layer, head, to))
        .with(CopyEntry.KEY_SOURCE, key(layer, head, from))
        .with(CopyEntry.VALUE_SOURCE, value(layer, head, from))
        .with(CopyEntry.EXPONENT_SOURCE, exponents(layer, head, from));
  }

  /** Whether the machine can copy what is here. */
  boolean copies() {
    return device.configuration().append();
  }

  private int endOfPage(int slot, int to) {
    return Math.min(to, (slot / form.page + 1) * form.page);
  }

  /** The address of the key of a slot. */
  private long key(int layer, int head, int slot) {
    return pageAddress(layer, head, slot) + form.layout().key(slot % form.page);
  }

  /** The address of the value of a slot. */
  private long value(int layer, int head, int slot) {
    return pageAddress(layer, head, slot) + form.layout().value(slot % form.page);
  }

  /** The address of the exponents of a slot. */
  private long exponents(int layer, int head, int slot) {
    return pageAddress(layer, head, slot) + form.layout().exponents(slot % form.page);
  }

  private long pageAddress(int layer, int head, int slot) {
    return region.address() + page(layer, head, slot / form.page);
  }

  private void write(int layer, LayerCache cache, int from, int to) {
    for (int start = from; start < to; ) {
      int end = endOfPage(start, to);
      for (int head = 0; head < form.kvHeads; head++) {
        List<KvVector> keys = cache.keys(head).subList(start, end);
        List<KvVector> values = cache.values(head).subList(start, end);
        write(page(layer, head, start / form.page), start % form.page, keys, values);
      }
      start = end;
    }
  }

  /** Writes neighbours of a page, the first of which is number {@code first} there. */
  private void write(long page, int first, List<KvVector> keys, List<KvVector> values) {
    KeyValueLayout layout = form.layout();
    device.write(region, page + layout.key(first), codes(keys));
    device.write(region, page + layout.value(first), codes(values));
    ByteBuffer exponents = ByteBuffer.allocateDirect(2 * keys.size());
    for (int i = 0; i < keys.size(); i++) {
      exponents.put((byte) keys.get(i).exponent()).put((byte) values.get(i).exponent());
    }
    device.write(region, page + layout.exponents(first), exponents.flip());
  }

  private ByteBuffer codes(List<KvVector> vectors) {
    ByteBuffer codes = ByteBuffer.allocateDirect(vectors.size() * form.vectorBytes());
    for (int i = 0; i < vectors.size(); i++) {
      vectors.get(i).write(codes, i * form.vectorBytes());
    }
    return codes;
  }

  /** What stands in a page list for pages: how many lines each lies behind page 0. */
  List<Integer> places(List<Integer> pages) {
    return pages.stream()
        .map(number -> Math.toIntExact(number * form.layout().bytes() / GoldenHead.LINE))
        .toList();
  }

  /** The pages that stand in a page list. */
  List<Integer> pages(List<Integer> places) {
    return places.stream()
        .map(place -> Math.toIntExact((long) place * GoldenHead.LINE / form.layout().bytes()))
        .toList();
  }

  /** An entry of the head table with the places of a head's keys and values in page 0. */
  HeadEntry entry(int layer, int head) {
    return form.layout()
        .entry(region.address() + page(layer, head, 0))
        .with(HeadEntry.SOURCE, HeadEntry.Source.PATTERN.ordinal());
  }

  /** The address of the summaries of a head. */
  private long summaries(int layer, int head) {
    long number = (long) layer * form.kvHeads + head;
    return region.address() + form.summariesStart() + number * form.summariesBytes();
  }

  private long summaryExponents(int layer, int head) {
    return summaries(layer, head) + (long) form.pages() * form.summaryBytes();
  }

  /** An entry of the route table for queries of a head that choose from the first blocks. */
  RouteEntry route(int layer, int head, int blocks) {
    return new RouteEntry()
        .with(RouteEntry.ROUTER, form.router.orElseThrow().ordinal())
        .with(RouteEntry.KEY_LINES, form.lines)
        .with(RouteEntry.BLOCKS, blocks)
        .with(RouteEntry.SUMMARIES, summaries(layer, head))
        .with(RouteEntry.SUMMARY_EXPONENTS, summaryExponents(layer, head))
        .with(RouteEntry.PAGES, region.address() + form.tableStart());
  }

  /** Entries of the summary table for the blocks {@code from} to {@code to} of all heads. */
  List<SummaryEntry> summaries(int layer, int from, int to) {
    List<SummaryEntry> entries = new ArrayList<>();
    for (int head = 0; head < form.kvHeads; head++) {
      for (int block = from; block < to; block++) {
        long keys = region.address() + page(layer, head, block);
        entries.add(
            new SummaryEntry()
                .with(SummaryEntry.ROUTER, form.router.orElseThrow().ordinal())
                .with(SummaryEntry.KEY_LINES, form.lines)
                .with(SummaryEntry.KEYS, form.page)
                .with(SummaryEntry.KEY_ROWS, keys)
                .with(SummaryEntry.KEY_EXPONENTS, keys + form.layout().exponents(0))
                .with(
                    SummaryEntry.SUMMARY,
                    summaries(layer, head) + (long) block * form.summaryBytes())
                .with(SummaryEntry.SUMMARY_EXPONENT, summaryExponents(layer, head) + block));
      }
    }
    return entries;
  }

  /** Gives the card memory back. */
  void free() {
    device.free(region);
  }
}

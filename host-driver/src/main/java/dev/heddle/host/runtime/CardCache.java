package dev.heddle.host.runtime;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.host.device.Device;
import dev.heddle.host.device.MemoryRegion;
import java.nio.ByteBuffer;
import java.util.List;

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
 * page {@code s / page}. Where nothing chooses among pages there is one.
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
   */
  record Form(int layers, int kvHeads, int lines, int slots, int page) {
    int vectorBytes() {
      return lines * GoldenHead.LINE;
    }

    /** Bytes of a page, whose exponents end with a line. */
    long pageBytes() {
      return 2L * page * vectorBytes() + ActivationImage.aligned(2L * page);
    }

    long headBytes() {
      return (slots + page - 1) / page * pageBytes();
    }

    /** Bytes of card memory. */
    long bytes() {
      return layers * kvHeads * headBytes();
    }
  }

  /** A cache whose contents are yet to be written. */
  CardCache(Device device, Form form) {
    this.device = device;
    this.form = form;
    this.region =
        device.allocate(form.bytes(), "keys and values of %d tokens".formatted(form.slots));
  }

  /** Where a page is in the region; its keys come first. */
  private long page(int layer, int head, int number) {
    return (layer * form.kvHeads + head) * form.headBytes() + number * form.pageBytes();
  }

  private long values() {
    return (long) form.page * form.vectorBytes();
  }

  private long exponents() {
    return 2 * values();
  }

  /** Brings a layer to what it is on the host. */
  void write(int layer, LayerCache cache, int first) {
    int written = cache.written();
    if (!cache.firstWritten()) {
      write(layer, cache, 0, Math.min(first, written));
    }
    write(layer, cache, written, cache.length());
    cache.setWritten();
  }

  private void write(int layer, LayerCache cache, int from, int to) {
    for (int start = from; start < to; ) {
      int end = Math.min(to, (start / form.page + 1) * form.page);
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
    long at = page + (long) first * form.vectorBytes();
    device.write(region, at, codes(keys));
    device.write(region, at + values(), codes(values));
    ByteBuffer exponents = ByteBuffer.allocateDirect(2 * keys.size());
    for (int i = 0; i < keys.size(); i++) {
      exponents.put((byte) keys.get(i).exponent()).put((byte) values.get(i).exponent());
    }
    device.write(region, page + exponents() + 2L * first, exponents.flip());
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
        .map(number -> Math.toIntExact(number * form.pageBytes() / GoldenHead.LINE))
        .toList();
  }

  /** An entry of the head table with the places of a head's keys and values in page 0. */
  HeadEntry entry(int layer, int head) {
    long start = region.address() + page(layer, head, 0);
    return new HeadEntry()
        .with(HeadEntry.SOURCE, HeadEntry.Source.PATTERN.ordinal())
        .with(HeadEntry.KEY_LINES, form.lines)
        .with(HeadEntry.VALUE_LINES, form.lines)
        .with(HeadEntry.KEY_ROWS, start)
        .with(HeadEntry.VALUE_ROWS, start + values())
        .with(HeadEntry.KEY_EXPONENTS, start + exponents());
  }

  /** Gives the card memory back. */
  void free() {
    device.free(region);
  }
}

package dev.heddle.host.runtime;

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
 *   layer 0                                                      layer 1
 *     KV head 0                          KV head 1                 ..
 *       keys | values | exponents          keys | values | ..
 * </pre>
 *
 * A slot of a {@link LayerCache} has the same number here.
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
   */
  record Form(int layers, int kvHeads, int lines, int slots) {
    Form {
      slots =
          (slots + GoldenHead.KEYS_PER_LINE - 1)
              / GoldenHead.KEYS_PER_LINE
              * GoldenHead.KEYS_PER_LINE;
    }

    int vectorBytes() {
      return lines * GoldenHead.LINE;
    }

    long headBytes() {
      return slots * (2L * vectorBytes() + 2);
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

  private long keysOf(int layer, int head) {
    return (layer * form.kvHeads + head) * form.headBytes();
  }

  private long valuesOf(int layer, int head) {
    return keysOf(layer, head) + (long) form.slots * form.vectorBytes();
  }

  private long exponentsOf(int layer, int head) {
    return valuesOf(layer, head) + (long) form.slots * form.vectorBytes();
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
    if (from >= to) {
      return;
    }
    for (int head = 0; head < form.kvHeads; head++) {
      List<KvVector> keys = cache.keys(head).subList(from, to);
      List<KvVector> values = cache.values(head).subList(from, to);
      long at = (long) from * form.vectorBytes();
      device.write(region, keysOf(layer, head) + at, codes(keys));
      device.write(region, valuesOf(layer, head) + at, codes(values));
      ByteBuffer exponents = ByteBuffer.allocateDirect(2 * keys.size());
      for (int i = 0; i < keys.size(); i++) {
        exponents.put((byte) keys.get(i).exponent()).put((byte) values.get(i).exponent());
      }
      device.write(region, exponentsOf(layer, head) + 2L * from, exponents.flip());
    }
  }

  private ByteBuffer codes(List<KvVector> vectors) {
    ByteBuffer codes = ByteBuffer.allocateDirect(vectors.size() * form.vectorBytes());
    for (int i = 0; i < vectors.size(); i++) {
      vectors.get(i).write(codes, i * form.vectorBytes());
    }
    return codes;
  }

  /** An entry of the head table with the places of a head's keys and values. */
  HeadEntry entry(int layer, int head) {
    return new HeadEntry()
        .with(HeadEntry.SOURCE, HeadEntry.Source.PATTERN.ordinal())
        .with(HeadEntry.KEY_LINES, form.lines)
        .with(HeadEntry.VALUE_LINES, form.lines)
        .with(HeadEntry.KEY_ROWS, region.address() + keysOf(layer, head))
        .with(HeadEntry.VALUE_ROWS, region.address() + valuesOf(layer, head))
        .with(HeadEntry.KEY_EXPONENTS, region.address() + exponentsOf(layer, head));
  }

  /** Gives the card memory back. */
  void free() {
    device.free(region);
  }
}

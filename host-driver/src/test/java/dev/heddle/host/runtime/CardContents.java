package dev.heddle.host.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.host.model.LlamaShape;
import dev.heddle.host.transport.Transport;
import java.nio.ByteBuffer;
import java.util.List;

/** What the card memory of a sequence holds, beside what the host would write there. */
record CardContents(Transport transport, LlamaShape shape, int page) {
  /** Demands the codes and exponents of the host for all slots of all layers and heads. */
  void assertThoseOf(Sequence sequence) {
    for (int layer = 0; layer < shape.layers(); layer++) {
      LayerCache cache = sequence.layer(layer);
      assertThat(cache.written()).isEqualTo(cache.length()).isPositive();
      for (int head = 0; head < shape.kvHeads(); head++) {
        for (int slot = 0; slot < cache.length(); slot++) {
          HeadEntry entry = sequence.card().entry(layer, head);
          long line = sequence.card().places(List.of(slot / page)).get(0);
          long start = line * GoldenHead.LINE;
          int number = slot % page;
          byte[] exponents = read(start + entry.value(HeadEntry.KEY_EXPONENTS) + 2L * number, 2);
          int width = GoldenHead.lines(shape.headDimension()) * GoldenHead.LINE;
          long offset = start + (long) number * width;
          KvVector key = vector(offset + entry.value(HeadEntry.KEY_ROWS), exponents[0]);
          KvVector value = vector(offset + entry.value(HeadEntry.VALUE_ROWS), exponents[1]);
          assertThat(key).as("key %d", slot).isEqualTo(cache.keys(head).get(slot));
          assertThat(value).as("value %d", slot).isEqualTo(cache.values(head).get(slot));
        }
      }
    }
  }

  private KvVector vector(long address, byte exponent) {
    return KvVector.of(read(address, shape.headDimension()), exponent);
  }

  private byte[] read(long address, int bytes) {
    ByteBuffer read = ByteBuffer.allocateDirect(bytes);
    transport.readBlock(address, read);
    byte[] contents = new byte[bytes];
    read.get(0, contents);
    return contents;
  }
}

package dev.heddle.host.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.Registers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GoldenTransportTest extends TransportConformance {
  @Override
  protected Transport open() {
    return new GoldenTransport(CONFIGURATION, MEMORY_BYTES);
  }

  private static Descriptor load() {
    return Descriptor.of(Operation.LOAD)
        .with("source", 0x4000)
        .with("stride", 128)
        .with("blocks", 1)
        .with("tokens", 1);
  }

  private static Descriptor matmul() {
    return Descriptor.of(Operation.MATMUL)
        .with("weights", 0x8000)
        .with("port_stride", 128)
        .with("port_beats", 17)
        .with("output", 0xc000)
        .with("output_stride", 64)
        .with("row_tiles", 1)
        .with("blocks", 1)
        .with("tokens", 1);
  }

  private static ByteBuffer list(Descriptor... descriptors) {
    ByteBuffer list =
        ByteBuffer.allocate(descriptors.length * Operation.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i].encode(list, i * Operation.BYTES);
    }
    return list;
  }

  private static void run(Transport golden, long address, ByteBuffer list) {
    golden.writeBlock(LIST, list);
    Registers registers = registers(golden);
    registers.write("INTERRUPT_ENABLE", "done", 1);
    registers.write("LIST", "address", address);
    registers.trigger("DOORBELL", "start");
    golden.awaitInterrupt(Duration.ofSeconds(1));
  }

  private void assertRefused(String message, long address, Descriptor... descriptors) {
    assertRefused(message, address, list(descriptors));
  }

  private void assertRefused(String message, long address, ByteBuffer list) {
    try (Transport golden = open()) {
      assertThatThrownBy(() -> run(golden, address, list))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining(message);
      assertThat(registers(golden).read("STATUS", "unknown_operation")).isOne();
      golden.reset();
      run(golden, LIST, list(Descriptor.of(Operation.END)));
      assertThat(registers(golden).read("STATUS")).isZero();
    }
  }

  @Test
  void tokensThatNeverComeAreADeadlockThatNamesTheEngines() {
    assertRefused(
        "MATMUL lacks tokens of [LOADER] for MATMUL wait=1",
        LIST,
        load().await(Engine.MATMUL),
        matmul().await(Engine.LOADER),
        Descriptor.of(Operation.END));
  }

  @Test
  void anUnknownOperationIsRefusedWithItsAddress() {
    ByteBuffer list = list(load(), Descriptor.of(Operation.END));
    list.put(Operation.BYTES, (byte) 99);
    assertRefused("the descriptor at 0x1040: 99 is not the code of an operation", LIST, list);
  }

  @Test
  void aListWithoutEndIsRefused() {
    assertRefused(
        "the list at 0x1000 has no END", LIST, Descriptor.of(Operation.LINK).with("next", LIST));
  }

  @Test
  void aListOutsideMemoryOrOffItsPlaceIsRefused() {
    Descriptor end = Descriptor.of(Operation.END);
    assertRefused("a descriptor at 0x1020", LIST + 0x20, end);
    assertRefused("a descriptor at 0x100000", MEMORY_BYTES, end);
    assertRefused(
        "a descriptor at 0x7ffffffffffffff0",
        LIST,
        Descriptor.of(Operation.LINK).with("next", 0x7ffffffffffffff0L));
  }

  @Test
  void operandsOutOfRangeAreRefusedByName() {
    Descriptor end = Descriptor.of(Operation.END);
    assertRefused("blocks is 0, outside [1, 128]", LIST, load().with("blocks", 0), end);
    assertRefused("tokens is 5, outside [1, 4]", LIST, load().with("tokens", 5), end);
    assertRefused("buffer is 2, outside [0, 1]", LIST, load().with("buffer", 2), end);
    assertRefused("activation vector at 0x4001", LIST, load().with("source", 0x4001), end);
    assertRefused(
        "does not lie in card memory", LIST, load().with("source", MEMORY_BYTES - 64), end);
  }

  @Test
  void aProductNeedsTheVectorsItNames() {
    Descriptor end = Descriptor.of(Operation.END);
    assertRefused("half 0 of the activation buffer holds nothing", LIST, matmul(), end);
    Descriptor loaded = load().release(Engine.MATMUL);
    // An image of zeros would name exponent 0 as the largest of blocks whose exponent is 0: valid.
    assertRefused(
        "half 1 of the activation buffer holds nothing",
        LIST,
        loaded,
        matmul().await(Engine.LOADER).with("buffer", 1),
        end);
    assertRefused(
        "holds 1 vectors of 1 blocks, not 1 vectors of 2 blocks",
        LIST,
        loaded,
        matmul().await(Engine.LOADER).with("blocks", 2),
        end);
    assertRefused(
        "port_stride must be 128",
        LIST,
        loaded,
        matmul().await(Engine.LOADER).with("port_stride", 64),
        end);
    assertRefused(
        "port_beats must be 17",
        LIST,
        loaded,
        matmul().await(Engine.LOADER).with("port_beats", 16),
        end);
    assertRefused(
        "format is 3, outside [0, 2]",
        LIST,
        loaded,
        matmul().await(Engine.LOADER).with("format", 3),
        end);
  }

  @Test
  void moreThanTwoGigabytesAreRefused() {
    assertThatThrownBy(() -> new GoldenTransport(CONFIGURATION, 1L << 32))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("2 GiB");
  }
}

package dev.heddle.host.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.Registers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every transport must do; each implementation has a subclass. */
public abstract class TransportConformance {
  protected static final Configuration CONFIGURATION = Configuration.NANO;
  protected static final int MEMORY_BYTES = 1 << 20;
  protected static final long LIST = 0x1000;
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofSeconds(30);

  private Transport transport;
  private Registers registers;

  /** A machine of {@link #configuration} with {@link #memoryBytes} of card memory. */
  protected abstract Transport open();

  @BeforeEach
  void openTransport() {
    transport = open();
    transport.reset();
    registers = registers(transport);
  }

  /** What the machine is. */
  protected Configuration configuration() {
    return CONFIGURATION;
  }

  /** Bytes of its card memory. */
  protected int memoryBytes() {
    return MEMORY_BYTES;
  }

  /** As much of it as a test may fill. */
  protected int filledBytes() {
    return memoryBytes();
  }

  /** The transport of the test that runs. */
  protected final Transport transport() {
    return transport;
  }

  /** The registers of a machine of {@link #CONFIGURATION}. */
  protected static Registers registers(Transport transport) {
    return new Registers(MachineRegisters.of(CONFIGURATION), transport.registerBus(), 0);
  }

  @AfterEach
  protected void closeTransport() {
    transport.close();
  }

  private static ByteBuffer random(Random random, int bytes) {
    byte[] content = new byte[bytes];
    random.nextBytes(content);
    return ByteBuffer.wrap(content);
  }

  private ByteBuffer read(long address, int bytes) {
    ByteBuffer target = ByteBuffer.allocate(bytes);
    transport.readBlock(address, target);
    return target.flip();
  }

  /** Rings the doorbell of a list that has nothing but its end. */
  private void runEmptyList() {
    ByteBuffer list = ByteBuffer.allocate(Operation.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Descriptor.of(Operation.END).encode(list, 0);
    transport.writeBlock(LIST, list);
    registers.write("LIST", "address", LIST);
    registers.trigger("DOORBELL", "start");
  }

  @Test
  void theMachineTellsItsIdentity() {
    assertThat(registers.read("MAGIC")).isEqualTo(MachineRegisters.MAGIC);
    assertThat(registers.read("CONFIG_HASH")).isEqualTo(MachineRegisters.hash(configuration()));
    assertThat(registers.read("CLOCK_HZ")).isEqualTo(configuration().clockHz());
    registers.write("MAGIC", 0);
    assertThat(registers.read("MAGIC")).isEqualTo(MachineRegisters.MAGIC);
  }

  @Test
  void theScratchRegisterHoldsEveryPattern() {
    int scratch = registers.map().register("SCRATCH").offset();
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      for (int pattern : new int[] {1 << bit, ~(1 << bit)}) {
        transport.write32(scratch, pattern);
        assertThat(transport.read32(scratch)).isEqualTo(pattern);
      }
    }
  }

  @Test
  void anOffsetWithoutRegisterIsRefused() {
    assertThatThrownBy(() -> transport.read32(0x7fff_0000)).isInstanceOf(TransportException.class);
    assertThatThrownBy(() -> transport.read32(registers.map().register("SCRATCH").offset() + 1))
        .isInstanceOf(TransportException.class);
  }

  @Test
  void blocksOfAnyPlaceAndLengthComeBack() {
    Random random = new Random(1);
    ByteBuffer model = random(random, filledBytes());
    transport.writeBlock(0, model.duplicate());
    for (int i = 0; i < 300; i++) {
      int length = random.nextInt(i % 10 == 0 ? filledBytes() / 15 : 200);
      int address = random.nextInt(filledBytes() - length);
      ByteBuffer block = random(random, length);
      transport.writeBlock(address, i % 2 == 0 ? block.duplicate() : block.asReadOnlyBuffer());
      model.put(address, block, 0, length);
      int from = Math.max(0, address - 70);
      int bytes = Math.min(filledBytes(), address + length + 70) - from;
      assertThat(read(from, bytes)).as("write %d", i).isEqualTo(model.slice(from, bytes));
    }
  }

  @Test
  void onlyWhatRemainsOfABufferIsTransferred() {
    ByteBuffer source = ByteBuffer.allocateDirect(100);
    for (int i = 0; i < 100; i++) {
      source.put(i, (byte) i);
    }
    transport.writeBlock(0x200, ByteBuffer.allocate(100));
    source.position(10).limit(30);
    transport.writeBlock(0x200, source);
    assertThat(source.remaining()).isZero();
    ByteBuffer target = ByteBuffer.allocateDirect(100);
    target.position(50).limit(80);
    transport.readBlock(0x200, target);
    assertThat(target.remaining()).isZero();
    target.clear();
    for (int i = 0; i < 100; i++) {
      assertThat(target.get(i)).isEqualTo((byte) (i >= 50 && i < 70 ? i - 40 : 0));
    }
  }

  @Test
  void memoryBeyondTheEndIsRefused() {
    assertThat(transport.describe().memoryBytes()).isEqualTo(memoryBytes());
    ByteBuffer eight = ByteBuffer.allocate(8);
    transport.writeBlock(memoryBytes() - 8, eight.duplicate());
    for (long address : new long[] {memoryBytes() - 7, -1, Long.MAX_VALUE - 3, 1L << 40}) {
      assertThatThrownBy(() -> transport.writeBlock(address, eight.duplicate()))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("memory");
      assertThatThrownBy(() -> transport.readBlock(address, eight.duplicate()))
          .isInstanceOf(TransportException.class);
    }
  }

  @Test
  void withoutWorkThereIsNoInterrupt() {
    registers.write("INTERRUPT_ENABLE", "done", 1);
    assertThat(transport.awaitInterrupt(SOON)).isFalse();
  }

  @Test
  void theInterruptStaysUntilItIsAcknowledged() {
    registers.write("INTERRUPT_ENABLE", "done", 1);
    for (int i = 0; i < 3; i++) {
      runEmptyList();
      assertThat(transport.awaitInterrupt(LONG)).isTrue();
      assertThat(transport.awaitInterrupt(SOON)).isTrue();
      assertThat(registers.read("STATUS")).isZero();
      registers.clear("EVENTS", "done", 1);
      assertThat(transport.awaitInterrupt(SOON)).isFalse();
    }
  }

  @Test
  void aDisabledInterruptStaysDown() {
    runEmptyList();
    assertThat(transport.awaitInterrupt(SOON)).isFalse();
  }

  @Test
  void aResetClearsTheRegistersAndKeepsTheMemory() {
    ByteBuffer content = random(new Random(2), 1000);
    transport.writeBlock(0x4321, content.duplicate());
    registers.write("SCRATCH", "scratch", 0xffff_ffffL);
    registers.write("INTERRUPT_ENABLE", "done", 1);
    runEmptyList();
    assertThat(transport.awaitInterrupt(LONG)).isTrue();
    transport.reset();
    assertThat(registers.read("SCRATCH")).isZero();
    assertThat(transport.awaitInterrupt(SOON)).isFalse();
    assertThat(read(0x4321, 1000)).isEqualTo(content);
  }

  @Test
  void anInterruptedThreadDoesNotWait() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> transport.awaitInterrupt(LONG))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aClosedTransportRefusesEverything() {
    transport.close();
    transport.close();
    assertThatThrownBy(() -> transport.read32(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> transport.write32(0, 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> transport.readBlock(0, ByteBuffer.allocate(1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> transport.writeBlock(0, ByteBuffer.allocate(1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> transport.awaitInterrupt(SOON))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(transport::reset).isInstanceOf(IllegalStateException.class);
  }
}

package dev.heddle.host.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.host.bringup.BoardClock;
import dev.heddle.host.bringup.BringUp;
import dev.heddle.host.bringup.BringUpReport;
import dev.heddle.host.bringup.StepStatus;
import dev.heddle.host.bringup.TestedBoard;
import dev.heddle.host.linux.Libc;
import dev.heddle.host.linux.SystemFolders;
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportConformance;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.Registers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The conformance suite over stand-ins for UIO and u-dma-buf, and what they do to users. */
@Timeout(60)
class UioTransportTest extends TransportConformance {
  private static final int LINES = 256;
  private static final Duration LONG = Duration.ofSeconds(10);

  @TempDir private Path folder;

  private UioStandIn system;

  @Override
  protected Transport open() {
    system = standIn("first");
    return open(system, UioStandIn.DEVICE);
  }

  private UioStandIn standIn(String name) {
    ModelledShell machine = new ModelledShell(new GoldenTransport(CONFIGURATION, MEMORY_BYTES), 0);
    return new UioStandIn(machine, MEMORY_BYTES, folder.resolve(name));
  }

  private static Transport open(UioStandIn system, String device) {
    return open(system, device, Optional.empty());
  }

  private static Transport open(UioStandIn system, String device, Optional<String> buffer) {
    return new UioTransport(system, system.folders, device, buffer);
  }

  @AfterEach
  @Override
  protected void closeTransport() {
    super.closeTransport();
    assertThat(system.open).as("nodes that are open").isZero();
    assertThat(system.mapped).as("mappings").isZero();
  }

  @Test
  void theDeviceTellsItsNames() {
    assertThat(transport().describe())
        .hasToString("uio (heddle (uio0) with udmabuf0, 1 MiB of card memory)");
  }

  @Test
  void theNodeIsAsGoodANameAsThatOfTheDevice() {
    open(standIn("again"), "uio0", Optional.of(UioStandIn.BUFFER)).close();
  }

  // ---- card memory

  @Test
  void whatTheMachineHasWrittenBesideABlockStays() {
    ByteBuffer before = ByteBuffer.allocate(LINES);
    transport().writeBlock(0, before);
    byte[] written = {1, 2, 3};
    system.machine.writeMemory(10, ByteBuffer.wrap(written));
    transport().writeBlock(20, ByteBuffer.wrap(new byte[] {7}));
    ByteBuffer back = ByteBuffer.allocate(LINES);
    transport().readBlock(0, back);
    assertThat(back.array()).startsWith(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0);
    assertThat(back.get(20)).isEqualTo((byte) 7);
  }

  @Test
  void coherentMemoryNeedsNoSynchronisation() {
    UioStandIn coherent = standIn("coherent");
    coherent.beCoherent(MEMORY_BYTES);
    try (Transport device = open(coherent, UioStandIn.DEVICE)) {
      device.writeBlock(3, ByteBuffer.allocate(100));
      device.readBlock(3, ByteBuffer.allocate(100));
      assertThat(coherent.syncs).isZero();
    }
  }

  @Test
  void aBufferIsUsedAsFarAsItCanBeSynchronised() {
    UioStandIn large = standIn("large");
    large.describeBuffer(UioStandIn.BUFFER, 6L << 30, UioStandIn.ADDRESS);
    try (Transport device = open(large, UioStandIn.DEVICE)) {
      assertThat(device.describe().memoryBytes()).isEqualTo(4L << 30);
    }
    large.beCoherent(6L << 30);
    try (Transport device = open(large, UioStandIn.DEVICE)) {
      assertThat(device.describe().memoryBytes()).isEqualTo(6L << 30);
    }
  }

  @Test
  void filesOfTheBufferThatMayNotBeWrittenAreExplained() {
    system.faults.fail("sync_for_device", Libc.EIO);
    assertThatThrownBy(() -> transport().writeBlock(0, ByteBuffer.allocate(64)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot be synchronised with buffer udmabuf0 (error 5")
        .hasMessageContaining("sync_for_cpu and sync_for_device");
    system.faults.fail("sync_for_cpu", Libc.EINTR);
    transport().readBlock(0, ByteBuffer.allocate(64));
  }

  // ---- registers

  @Test
  void aBusThatRefusesARegisterIsAnError() {
    assertThatThrownBy(() -> transport().read32(0xffc))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("the bus refuses reading the register at 0xffc of heddle (uio0)");
    system.remove();
    assertThatThrownBy(() -> transport().write32(0x10, 1))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("the bus refuses writing the register at 0x10")
        .hasMessageContaining("programmed");
    assertThatThrownBy(() -> transport().awaitInterrupt(LONG))
        .isInstanceOf(TransportException.class);
  }

  @Test
  void registersThatReadOnesAloneAreNotBelieved() {
    int scratch = registers(transport()).map().register("SCRATCH").offset();
    transport().write32(scratch, -1);
    assertThat(transport().read32(scratch)).isEqualTo(-1);
    model(system).identify(-1, -1);
    assertThatThrownBy(() -> transport().read32(scratch))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("no shell of Heddle answers any more on heddle (uio0)");
  }

  // ---- the interrupt

  private Registers start() {
    ByteBuffer list = ByteBuffer.allocate(Operation.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Descriptor.of(Operation.END).encode(list, 0);
    transport().writeBlock(LIST, list);
    Registers registers = registers(transport());
    registers.write("INTERRUPT_ENABLE", "done", 1);
    registers.write("LIST", "address", LIST);
    registers.trigger("DOORBELL", "start");
    return registers;
  }

  @Test
  void signalsBetweenCallsAreNoErrors() {
    assertThat(transport().awaitInterrupt(Duration.ZERO)).isFalse();
    system.faults.fail("poll", Libc.EINTR);
    system.faults.fail("write", Libc.EINTR);
    system.faults.fail("read", Libc.EINTR);
    start();
    assertThat(transport().awaitInterrupt(LONG)).isTrue();
    assertThat(system.faults.left("read")).isZero();
  }

  @Test
  void interruptsThatNeedNoLeaveWorkToo() {
    system.beUnmaskable();
    for (int i = 0; i < 3; i++) {
      Registers registers = start();
      assertThat(transport().awaitInterrupt(LONG)).isTrue();
      registers.clear("EVENTS", "done", 1);
      assertThat(transport().awaitInterrupt(Duration.ZERO)).isFalse();
    }
  }

  @Test
  void aDeviceWithoutInterruptIsAnError() {
    system.haveNoInterrupt();
    start();
    assertThatThrownBy(() -> transport().awaitInterrupt(LONG))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("has no interrupt, or is gone (error 5")
        .hasMessageContaining("device tree");
  }

  // ---- opening

  private static ModelledShell model(UioStandIn standIn) {
    return (ModelledShell) standIn.machine;
  }

  private static AbstractThrowableAssert<?, ?> assertNotOpened(
      UioStandIn system, String device, Optional<String> buffer) {
    AbstractThrowableAssert<?, ?> refusal =
        assertThatThrownBy(() -> open(system, device, buffer))
            .isInstanceOf(TransportException.class);
    assertThat(system.open).isZero();
    assertThat(system.mapped).isZero();
    return refusal;
  }

  @Test
  void whatIsNotThereIsTold() {
    UioStandIn other = standIn("other");
    assertNotOpened(other, "hedle", Optional.empty())
        .hasMessage("there is no UIO device hedle; there are heddle (uio0)");
    assertNotOpened(other, UioStandIn.DEVICE, Optional.of("udmabuf7"))
        .hasMessage("there is no buffer udmabuf7 for card memory; there are udmabuf0");
    SystemFolders nothing = new SystemFolders(folder, folder);
    assertThatThrownBy(() -> new UioTransport(other, nothing, "heddle", Optional.empty()))
        .hasMessageContaining("there is no UIO device heddle; there is none at all");
  }

  @Test
  void namesThatFitSeveralAreRefused() {
    UioStandIn other = standIn("other");
    other.describeBuffer("udmabuf1", MEMORY_BYTES, UioStandIn.ADDRESS);
    assertNotOpened(other, UioStandIn.DEVICE, Optional.empty())
        .hasMessageContaining("several buffers for card memory, udmabuf0, udmabuf1")
        .hasMessageContaining("uio:NAME,udmabuf0");
    UioStandIn.describe(other.folders.information(), "uio1", UioStandIn.DEVICE, 0, 8192);
    assertNotOpened(other, UioStandIn.DEVICE, Optional.empty())
        .hasMessage("there are several UIO devices heddle: uio0, uio1; name the node of one");
  }

  @ParameterizedTest
  @CsvSource({
    "open uio0, 2, there is no",
    "open uio0, 13, may not be opened by this user",
    "lock, 11, uio0 is open in another program; close that one",
    "open udmabuf0, 2, load the driver u-dma-buf again",
    "open sync_for_cpu, 13, may not be opened by this user"
  })
  void aNodeThatCannotBeHadIsExplained(String call, int error, String message) {
    UioStandIn other = standIn("other");
    other.faults.fail(call, error);
    assertNotOpened(other, UioStandIn.DEVICE, Optional.empty()).hasMessageContaining(message);
  }

  @Test
  void aWindowThatIsTooSmallIsNotMapped() {
    UioStandIn other = standIn("other");
    UioStandIn.describe(other.folders.information(), "uio0", "timer", 0, 4096);
    assertNotOpened(other, "timer", Optional.empty())
        .hasMessageContaining("timer (uio0) take 4096 bytes, a machine and its shell 8192");
  }

  @Test
  void whatHasNoShellIsRefused() {
    UioStandIn other = standIn("other");
    model(other).identify(0x1234, ShellRegisters.VERSION);
    assertNotOpened(other, UioStandIn.DEVICE, Optional.empty())
        .hasMessageContaining("there is no shell of Heddle on heddle (uio0) with udmabuf0");
  }

  @Test
  void aBufferThatTheMachineDoesNotReachIsRefused() {
    UioStandIn other = standIn("other");
    other.describeBuffer(UioStandIn.BUFFER, MEMORY_BYTES, 1L << 40);
    assertNotOpened(other, UioStandIn.DEVICE, Optional.empty())
        .hasMessageContaining("0x10000000000, which the ports of the machine do not reach");
    other.describeBuffer(UioStandIn.BUFFER, MEMORY_BYTES, UioStandIn.ADDRESS);
    other.takesBase = false;
    assertNotOpened(other, UioStandIn.DEVICE, Optional.empty())
        .hasMessageContaining("does not take the address of buffer udmabuf0");
  }

  @Test
  void whatTheSystemTellsMustBeNumbers() throws Exception {
    UioStandIn other = standIn("other");
    Path size = other.folders.information().resolve("class/u-dma-buf/udmabuf0/size");
    Files.writeString(size, "much");
    assertNotOpened(other, UioStandIn.DEVICE, Optional.empty())
        .hasMessage(size + " has much, which is no number");
  }

  // ---- above

  @Test
  void theStepsOfTheBringUpPass() {
    BringUpReport report =
        new BringUp(BringUp.standardSteps(), true, "a test")
            .run(
                new TestedBoard(transport(), Optional.empty(), BoardClock.none(), Optional.empty()),
                step -> {});
    assertThat(report.count(StepStatus.FAILED)).as(report.toString()).isZero();
    assertThat(report.count(StepStatus.PASSED)).isEqualTo(12);
  }
}

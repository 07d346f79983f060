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
import dev.heddle.host.transport.GoldenTransport;
import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportConformance;
import dev.heddle.host.transport.TransportException;
import dev.heddle.lib.Registers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The conformance suite over a stand-in for the driver XDMA, and what the driver does to users. */
@Timeout(60)
class XdmaTransportTest extends TransportConformance {
  private static final String GONE = "is gone: it reads ones alone";
  private static final Duration LONG = Duration.ofSeconds(10);

  @TempDir private Path folder;

  private XdmaStandIn driver;

  @Override
  protected Transport open() {
    driver = new XdmaStandIn(machine(MEMORY_BYTES), folder);
    return new XdmaTransport(driver, driver.card());
  }

  private static ModelledShell machine(long tells) {
    return new ModelledShell(new GoldenTransport(CONFIGURATION, MEMORY_BYTES), tells);
  }

  @AfterEach
  @Override
  protected void closeTransport() {
    super.closeTransport();
    assertThat(driver.open).as("nodes that are open").isZero();
  }

  private static ByteBuffer random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return ByteBuffer.wrap(content);
  }

  private ByteBuffer read(long address, int bytes) {
    ByteBuffer target = ByteBuffer.allocate(bytes);
    transport().readBlock(address, target);
    return target.flip();
  }

  private static ModelledShell model(XdmaStandIn standIn) {
    return (ModelledShell) standIn.machine;
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(ThrowingCallable work) {
    return assertThatThrownBy(work).isInstanceOf(TransportException.class);
  }

  @Test
  void theDeviceTellsWhichCardItIs() {
    assertThat(transport().describe())
        .hasToString(
            "xdma (card %s at 0000:01:00.0, 1 MiB of card memory)"
                .formatted(driver.card().node("user")));
  }

  // ---- transfers

  @Test
  void shortTransfersGoOnWhereTheyEnded() {
    ByteBuffer content = random(5000);
    driver.faults.shorten("h2c_0", 1, 64, 999, 7);
    transport().writeBlock(0x123, content.duplicate());
    driver.faults.shorten("c2h_0", 3, 61, 2000, 1);
    assertThat(read(0x123, 5000)).isEqualTo(content);
    assertThat(driver.faults.left("h2c_0") + driver.faults.left("c2h_0")).isZero();
  }

  @Test
  void aTransferOfNothingIsAnError() {
    driver.faults.shorten("h2c_0", 0);
    assertRefused(() -> transport().writeBlock(0, random(100)))
        .hasMessageContaining("xdma0_h2c_0 moved 0 of 100 bytes at 0x0 of card memory");
  }

  @Test
  void transfersThatAreLargerThanAChainAreDivided() {
    ByteBuffer content = random(9 << 20);
    XdmaStandIn large =
        new XdmaStandIn(
            new ModelledShell(new GoldenTransport(CONFIGURATION, 16 << 20), 16 << 20),
            folder.resolve("large"));
    try (Transport card = new XdmaTransport(large, large.card())) {
      card.writeBlock(0xfff, content.duplicate());
      assertThat(large.transfers).isEqualTo(3);
      ByteBuffer back = ByteBuffer.allocateDirect(content.remaining());
      card.readBlock(0xfff, back);
      assertThat(back.flip()).isEqualTo(content);
    }
  }

  @Test
  void cardsMayHaveMoreMemoryThanThirtyTwoBitsCanTell() {
    XdmaStandIn large = new XdmaStandIn(machine(6L << 30), folder.resolve("large"));
    large.origin = 5L << 30;
    ByteBuffer content = random(300);
    try (Transport card = new XdmaTransport(large, large.card())) {
      assertThat(card.describe().memoryBytes()).isEqualTo(6L << 30);
      card.writeBlock(large.origin + 0x777, content.duplicate());
      ByteBuffer back = ByteBuffer.allocate(300);
      card.readBlock(large.origin + 0x777, back);
      assertThat(back.flip()).isEqualTo(content);
    }
  }

  /** The driver ends a transfer for a signal with 110; older ones let 512 out. */
  @ParameterizedTest
  @ValueSource(ints = {Libc.ETIMEDOUT, Libc.ERESTARTSYS})
  void aTransferThatTimedOutIsMadeAgain(int error) {
    ByteBuffer content = random(2000);
    driver.faults.fail("h2c_0", error, error);
    driver.faults.shorten("h2c_0", 100);
    driver.faults.fail("h2c_0", error);
    transport().writeBlock(0x40, content.duplicate());
    driver.faults.fail("c2h_0", error);
    assertThat(read(0x40, 2000)).isEqualTo(content);
  }

  @ParameterizedTest
  @CsvSource({"110, Connection timed out", "512, Unknown error 512"})
  void aTransferThatKeepsTimingOutIsAnError(int error, String text) {
    driver.faults.fail("h2c_0", error, error, error, error);
    assertRefused(() -> transport().writeBlock(0x40, random(100)))
        .hasMessageContaining("moving 100 bytes at 0x40 of card memory on card ")
        .hasMessageContaining(
            "failed with error %d, %s: the card has not answered for as long as the driver waits, 4 times"
                .formatted(error, text));
  }

  @Test
  void anEngineThatDoesNotStopAfterATimeoutIsNotUsedAgain() {
    driver.status = 1;
    driver.faults.fail("c2h_0", Libc.ETIMEDOUT);
    assertRefused(() -> read(0, 100))
        .hasMessageContaining("the DMA engine behind " + driver.card().node("c2h_0"))
        .hasMessageContaining("does not stop");
    assertThat(driver.transfers).isOne();
  }

  @Test
  void signalsBetweenCallsAreNoErrors() {
    int signal = Libc.EINTR;
    ByteBuffer content = random(100);
    driver.faults.fail("h2c_0", signal, signal);
    driver.faults.fail("c2h_0", signal);
    driver.faults.fail("user", signal, 0, signal);
    transport().writeBlock(0x40, content.duplicate());
    assertThat(read(0x40, 100)).isEqualTo(content);
    assertThat(registers(transport()).read("MAGIC")).isNotZero();
    assertThat(transport().awaitInterrupt(Duration.ZERO)).isFalse();
    driver.faults.fail("poll", signal);
    driver.faults.fail("events_0", Libc.EAGAIN, signal);
    start();
    assertThat(transport().awaitInterrupt(LONG)).isTrue();
    assertThat(driver.faults.left("events_0") + driver.faults.left("poll")).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "5, the transfer failed on the card; look at the end of dmesg",
    "16, the card is being reset; start again when it is back",
    "22, the driver refuses it",
    "14, the driver refuses it",
    "19, its driver has let go of it",
    "12, look at the end of dmesg"
  })
  void otherErrorsOfATransferAreExplained(int error, String remedy) {
    driver.faults.fail("c2h_0", error);
    assertRefused(() -> read(0x40, 100))
        .hasMessageContaining("failed with error " + error)
        .hasMessageContaining(remedy);
    assertThat(driver.transfers).isOne();
  }

  @Test
  void errorsOfRegistersAreExplained() {
    driver.faults.fail("user", Libc.EIO);
    assertRefused(() -> transport().read32(0x10))
        .hasMessageContaining("reading the register at 0x10 on card")
        .hasMessageContaining("error 5");
    driver.faults.shorten("user", 2);
    assertRefused(() -> transport().write32(0x10, 1))
        .hasMessageContaining("moved 2 bytes of the register at 0x10 instead of 4");
  }

  // ---- a card that has gone

  @Test
  void aWordOfOnesIsBelievedOfACardThatAnswers() {
    int scratch = registers(transport()).map().register("SCRATCH").offset();
    transport().write32(scratch, -1);
    assertThat(transport().read32(scratch)).isEqualTo(-1);
    driver.remove();
    assertRefused(() -> transport().read32(scratch)).hasMessageContaining(GONE);
  }

  @Test
  void aCardThatHasGoneIsMissedByEveryCall() {
    driver.remove();
    assertRefused(() -> transport().read32(0)).hasMessageContaining(GONE);
    assertRefused(() -> transport().write32(0x10, 1)).hasMessageContaining(GONE);
    assertRefused(() -> transport().writeBlock(0, random(10))).hasMessageContaining(GONE);
    assertRefused(() -> read(0, 10)).hasMessageContaining(GONE);
    assertRefused(() -> transport().awaitInterrupt(LONG)).hasMessageContaining(GONE);
    assertRefused(() -> transport().reset())
        .hasMessageContaining(GONE)
        .hasMessageContaining("echo 1 > /sys/bus/pci/devices/0000:01:00.0/remove");
  }

  @Test
  void aCardThatGoesDuringATransferIsNotAskedAgain() {
    driver.remove();
    assertRefused(() -> transport().writeBlock(0, random(10))).hasMessageContaining(GONE);
    assertThat(driver.transfers).isOne();
  }

  @Test
  void aMachineWhosePortsHangCannotBeReset() {
    model(driver).stick();
    assertRefused(() -> transport().reset())
        .hasMessageContaining("a burst of its memory ports has not been answered for 1000 ms");
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
  void anEventThatIsLeftOverIsNoInterrupt() {
    driver.event();
    assertThat(transport().awaitInterrupt(Duration.ZERO)).isFalse();
    driver.tells = false;
    start();
    assertThat(transport().awaitInterrupt(Duration.ofMillis(50))).isFalse();
  }

  @Test
  void anInterruptThatTheDriverNeverTellsOfIsAnError() {
    assertThat(transport().awaitInterrupt(Duration.ZERO)).isFalse();
    driver.tells = false;
    start();
    assertRefused(() -> transport().awaitInterrupt(LONG))
        .hasMessageContaining("is up, but its driver has not told of it for 1000 ms")
        .hasMessageContaining("/proc/interrupts");
  }

  @Test
  void anInterruptThatWasUpBeforeIsBelieved() {
    start();
    assertThat(transport().awaitInterrupt(LONG)).isTrue();
    try (Transport second = new XdmaTransport(driver, driver.card())) {
      assertThat(second.awaitInterrupt(Duration.ZERO)).isTrue();
    }
  }

  // ---- opening

  private void assertNotOpened(XdmaStandIn stub, String... messages) {
    AbstractThrowableAssert<?, ?> refusal =
        assertRefused(() -> new XdmaTransport(stub, stub.card()));
    for (String message : messages) {
      refusal.hasMessageContaining(message);
    }
    assertThat(stub.open).isZero();
  }

  private XdmaStandIn another() {
    return new XdmaStandIn(machine(MEMORY_BYTES), folder.resolve("another"));
  }

  @ParameterizedTest
  @CsvSource({
    "open user, 2, there is no",
    "open h2c_0, 2, load the driver XDMA",
    "open c2h_0, 19, lspci -d 10ee:",
    "open user, 13, may not be opened by this user; give it to a group",
    "open events_0, 1, may not be opened by this user",
    "open control, 16, is open in another program; close that one",
    "lock, 11, xdma0_user is open in another program; close that one",
    "open user, 24, Too many open files"
  })
  void aNodeThatCannotBeHadIsExplained(String call, int error, String message) {
    XdmaStandIn other = another();
    other.faults.fail(call, error);
    assertNotOpened(other, message);
  }

  @Test
  void aWindowThatIsTooSmallIsNotRead() {
    XdmaStandIn small = new XdmaStandIn(machine(MEMORY_BYTES), folder.resolve("small"), 4096);
    assertNotOpened(small, "take 4096 bytes, a machine and its shell 8192");
  }

  @Test
  void aCardWithoutShellIsRefused() {
    XdmaStandIn other = another();
    model(other).identify(0, 0);
    assertNotOpened(other, "there is no shell of Heddle", "0x00000000 instead of 0x5348454c");
    model(other).identify(ShellRegisters.MAGIC, 7);
    assertNotOpened(other, "has version 7 and this host knows version 1");
  }

  @Test
  void aCardThatIsOffIsRefused() {
    XdmaStandIn other = another();
    other.remove();
    assertNotOpened(other, GONE);
  }

  @Test
  void aCardWithoutMemoryIsRefused() {
    assertNotOpened(
        new XdmaStandIn(machine(0), folder.resolve("none")), "the shell on", "no card memory");
  }

  @Test
  void enginesForStreamsAndOtherIpAreRefused() {
    XdmaStandIn other = another();
    other.identifier |= 1 << 15;
    assertNotOpened(other, "leads to a stream, not to memory");
    other.identifier = 0x12345678;
    assertNotOpened(other, "there is no DMA engine behind", "0x12345678");
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

package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.testbench.SimulatedMachine.Board;
import dev.heddle.testbench.SimulatedMachine.Run;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedMachineTest {
  private static final long MEMORY = 1L << 20;
  private static final long CLOCK = 250_000_000;
  private static final int TARGET = 0x80000;

  private static VerilatedLibrary wide;

  @BeforeAll
  static void build() {
    wide = VerilatedLibrary.of(Dma.design(512), LibraryOptions.CHECKED);
  }

  @AfterAll
  static void unload() {
    wide.close();
  }

  private static SimulatedMachine machine(MemoryModel model) {
    return new SimulatedMachine(wide, Board.of(MEMORY, CLOCK, model));
  }

  private static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(5).nextBytes(noise);
    return noise;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ideal",
        "ideal:30",
        "fixed:20:0.5",
        "fixed:1:1",
        "fixed:7:0.3",
        "shared:7:0.3",
        "shared:20:1.7",
        "ddr4-2400",
        "random:1",
        "random:2",
        "random:3"
      })
  void dataMoveUnharmedUnderEveryMemoryModel(String model) {
    byte[] data = noise(256 * 64);
    try (SimulatedMachine machine = machine(MemoryModel.parse(model))) {
      machine.memory().write(0x4000, data);
      Dma.transfer(machine, Dma.COPY, 0x4000, TARGET, 256);
      assertThat(machine.memory().read(TARGET, data.length)).isEqualTo(data);
      assertThat(machine.memory().read(TARGET + data.length, 64)).containsOnly(0);
      PortStatistics port = machine.statistics(0);
      assertThat(port.readBursts()).isEqualTo(16);
      assertThat(port.readBeats()).isEqualTo(256);
      assertThat(port.writeBursts()).isEqualTo(16);
      assertThat(port.writeBeats()).isEqualTo(256);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64, 128})
  void narrowPortsMoveDataToo(int bits) {
    byte[] data = noise(64 * bits / 8);
    try (VerilatedLibrary library = VerilatedLibrary.of(Dma.design(bits), LibraryOptions.CHECKED)) {
      for (MemoryModel model : new MemoryModel[] {MemoryModel.IDEAL, MemoryModel.Ddr.DDR4_2400}) {
        try (SimulatedMachine machine =
            new SimulatedMachine(library, Board.of(MEMORY, CLOCK, model))) {
          machine.memory().write(0, data);
          Dma.transfer(machine, Dma.COPY, 0, TARGET, 64);
          assertThat(machine.memory().read(TARGET, data.length)).isEqualTo(data);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // A cycle to the first address, its latency, and then a beat a cycle or less.
    "ideal, 4096, 4098",
    "ideal:30, 4096, 4127",
    "fixed:20:0.5, 4096, 8212",
    "fixed:20:0.25, 4096, 16402"
  })
  void streamingReadsTakeExactlyTheCyclesOfTheModel(String model, int beats, long cycles) {
    try (SimulatedMachine machine = machine(MemoryModel.parse(model))) {
      assertThat(Dma.transfer(machine, Dma.ADD, 0, 0, beats)).isEqualTo(cycles);
      assertThat(machine.statistics(0).readLatencyMaximum())
          .isGreaterThanOrEqualTo(model.startsWith("ideal:30") ? 30 : 1);
    }
  }

  private static long beats(SimulatedMachine machine) {
    long beats = 0;
    for (int port = 0; port < 2; port++) {
      PortStatistics statistics = machine.statistics(port);
      beats += statistics.readBeats() + statistics.writeBeats();
    }
    return beats;
  }

  @ParameterizedTest
  @CsvSource({"0.3, 2", "1, 2", "1.7, 2", "0.3, 1", "0.6, 1"})
  void twoPortsTogetherGetTheRateOfTheirSharedBus(double rate, int how) {
    MemoryModel model = new MemoryModel.Shared(20, rate);
    try (VerilatedLibrary library = VerilatedLibrary.of(Dma.pair(512, 0), LibraryOptions.CHECKED);
        SimulatedMachine machine = new SimulatedMachine(library, Board.of(MEMORY, CLOCK, model))) {
      machine.writeRegister(Dma.TARGET, TARGET);
      machine.writeRegister(Dma.BEATS, 4096);
      machine.writeRegister(Dma.START, how);
      machine.run(300);
      for (int window : new int[] {10, 999, 1000}) {
        long before = beats(machine);
        long[] each = {machine.statistics(0).readBeats(), machine.statistics(1).readBeats()};
        machine.run(window);
        // Write beats are taken after the reads of the same cycle, one a port.
        assertThat((double) beats(machine) - before)
            .isCloseTo(rate * window, within(how == Dma.ADD ? 1.0 : 3.0));
        assertThat(machine.statistics(0).readBeats() - each[0])
            .isCloseTo(machine.statistics(1).readBeats() - each[1], within(17L + window / 20));
      }
    }
  }

  @Test
  void theUrgentPortOfASharedBusComesFirst() {
    MemoryModel model = new MemoryModel.Shared(20, 1.25);
    try (VerilatedLibrary library = VerilatedLibrary.of(Dma.pair(512, 1), LibraryOptions.CHECKED);
        SimulatedMachine machine = new SimulatedMachine(library, Board.of(MEMORY, CLOCK, model))) {
      machine.writeRegister(Dma.TARGET, TARGET);
      machine.writeRegister(Dma.BEATS, 4096);
      machine.writeRegister(Dma.START, Dma.ADD);
      machine.run(300);
      long[] before = {machine.statistics(0).readBeats(), machine.statistics(1).readBeats()};
      int window = 1000;
      machine.run(window);
      assertThat((double) machine.statistics(1).readBeats() - before[1])
          .isCloseTo(window, within(20.0));
      assertThat((double) machine.statistics(0).readBeats() - before[0])
          .isCloseTo(0.25 * window, within(20.0));
    }
  }

  @Test
  void aDdrStreamLosesTheRefreshesAndLittleElse() {
    try (SimulatedMachine machine = machine(MemoryModel.Ddr.DDR4_2400)) {
      long beats = MEMORY / 64;
      long cycles = Dma.transfer(machine, Dma.ADD, 0, 0, beats);
      PortStatistics port = machine.statistics(0);
      // 64 bytes at 250 MHz are 16 of 19.2 GB/s: the port is the limit, except for refreshes.
      assertThat((double) beats / cycles).isBetween(0.95, 0.98);
      assertThat(port.rowHits() + port.rowMisses()).isEqualTo(beats);
      // A row of 8 KiB is opened once, and again after a refresh.
      assertThat(port.rowMisses()).isBetween(128L, 128 + 4 * (port.refreshes() + 1));
      assertThat(port.refreshes()).isEqualTo(cycles * 4 / 7800);
      // Nothing is faster than precharged row, column access, transfer and controller.
      assertThat(port.readLatencyMaximum()).isLessThan(200);
      assertThat(port.meanReadLatency() * 4).isGreaterThan(14.16 + 14.16 + 3.33 + 40);
    }
  }

  @Test
  void aFastClockMakesTheDdrBusTheLimit() {
    try (SimulatedMachine machine =
        new SimulatedMachine(wide, Board.of(MEMORY, 600_000_000, MemoryModel.Ddr.DDR4_2400))) {
      long beats = MEMORY / 64;
      long cycles = Dma.transfer(machine, Dma.ADD, 0, 0, beats);
      double bytesPerSecond = beats * 64.0 / (cycles / 600e6);
      assertThat(bytesPerSecond).isBetween(0.75 * 19.2e9, 0.955 * 19.2e9);
    }
  }

  @Test
  void registersAreReadAndWrittenThroughThePins() {
    try (SimulatedMachine machine = machine(MemoryModel.IDEAL)) {
      machine.writeRegister(Dma.SOURCE, 0xfedcba98L);
      assertThat(machine.readRegister(Dma.SOURCE)).isEqualTo(0xfedcba98L);
      long before = machine.cycle();
      machine.readRegister(Dma.BEATS);
      assertThat(machine.cycle() - before).isEqualTo(2);
      assertThat(machine.port("debug_filled")).hasValue(0);
      assertThat(machine.port("nothing")).isEmpty();
    }
  }

  @Test
  void aRefusedRegisterIsAnErrorAndTheMachineGoesOn() {
    try (SimulatedMachine machine = machine(MemoryModel.IDEAL)) {
      assertThatThrownBy(() -> machine.readRegister(0x40))
          .isInstanceOf(SimulationException.class)
          .hasMessage("read of register 64 was answered with AXI response 2");
      assertThatThrownBy(() -> machine.writeRegister(0x40, 1)).hasMessageContaining("write of");
      assertThat(machine.readRegister(Dma.DONE)).isZero();
    }
  }

  @Test
  void aRunEndsAtItsLimitOrTheInterrupt() {
    try (SimulatedMachine machine = machine(MemoryModel.IDEAL)) {
      assertThat(machine.run(1000)).isEqualTo(new Run(SimulatedMachine.End.CYCLE_LIMIT, 1000));
      machine.writeRegister(Dma.BEATS, 16);
      machine.writeRegister(Dma.START, Dma.ADD);
      Run run = machine.runUntilInterrupt(1000);
      assertThat(run.end()).isEqualTo(SimulatedMachine.End.INTERRUPT);
      assertThat(run.cycles()).isLessThan(30);
      assertThat(machine.interrupt()).isTrue();
      machine.writeRegister(Dma.DONE, 0);
      assertThat(machine.interrupt()).isFalse();
    }
  }

  @Test
  void theInterruptedThreadStopsTheRun() {
    try (SimulatedMachine machine = machine(MemoryModel.IDEAL)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> machine.run(1000)).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(machine.run(10).cycles()).isEqualTo(10);
    }
  }

  @Test
  void anUnmappedAddressIsReported() {
    try (SimulatedMachine machine = machine(MemoryModel.IDEAL)) {
      UnmappedAddressException unmapped =
          catchThrowableOfType(
              UnmappedAddressException.class,
              () -> Dma.transfer(machine, Dma.ADD, MEMORY - 1024, 0, 32));
      assertThat(unmapped)
          .hasMessageContaining("unmapped address 0x100000: memory port 0")
          .hasMessageContaining("ar burst of 1024 bytes, card memory ends at 0x100000");
      assertThat(unmapped.address()).isEqualTo(MEMORY);
      assertThat(unmapped.port()).isZero();
      assertThat(unmapped.cycle()).isPositive();
      assertThatThrownBy(() -> machine.run(1)).hasMessage(unmapped.getMessage());
      machine.reset();
      assertThat(Dma.transfer(machine, Dma.ADD, 0, 0, 32)).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 4KB, ar at 0x4ff0: a burst of 1024 bytes crosses a 4 KB boundary",
    "2, WLAST, wlast is 1 on beat 10 of 16",
    "3, BURST, 'burst type 0, only incrementing bursts (1) are allowed'",
    "4, VALID, arvalid fell before arready",
    "5, STABLE, aw changed while it waited for awready",
    "7, RESET, arvalid during reset",
    "9, SIZE, beats of 128 bytes on a port of 64"
  })
  void aPlantedProtocolFaultIsFound(int fault, String rule, String message) {
    // Few ready cycles, so that the design has to wait.
    try (SimulatedMachine machine = machine(new MemoryModel.Random(3, 10, 5, true))) {
      AxiViolationException violation =
          catchThrowableOfType(
              AxiViolationException.class,
              () -> {
                machine.writeRegister(Dma.FAULT, fault);
                if (fault == 7) {
                  machine.reset();
                }
                Dma.transfer(machine, Dma.COPY, 0x4000, TARGET, 256);
              });
      assertThat(violation)
          .hasMessageContaining(message)
          .hasMessageContaining("memory port 0, cycle");
      assertThat(violation.rule()).isEqualTo(rule);
      assertThat(violation.port()).isZero();
    }
  }

  @Test
  void aDeadlockEndsWithTheStateOfEveryChannel() {
    Board board = new Board(MEMORY, CLOCK, MemoryModel.IDEAL, 500, 1);
    try (SimulatedMachine machine = new SimulatedMachine(wide, board)) {
      machine.writeRegister(Dma.FAULT, 8);
      DeadlockException deadlock =
          catchThrowableOfType(
              DeadlockException.class, () -> Dma.transfer(machine, Dma.ADD, 0, 0, 256));
      assertThat(deadlock).hasMessageContaining("no progress for 500 cycles");
      assertThat(deadlock.state())
          .contains("memory port 0:  ar valid=0 ready=1  r valid=1 ready=0")
          .contains("outstanding: 8 reads")
          .contains("register port:  aw valid=0")
          .contains("irq=0")
          .contains("debug_filled=0x00");
    }
  }

  @Test
  void aStopInsideOfTheMachineIsReported() {
    try (SimulatedMachine machine = machine(MemoryModel.IDEAL)) {
      SimulationStoppedException stopped =
          catchThrowableOfType(
              SimulationStoppedException.class, () -> machine.writeRegister(Dma.START, Dma.STOP));
      assertThat(stopped.file()).isEqualTo("dma.v");
      assertThat(Dma.design(512).text().lines().skip(stopped.line() - 1).findFirst())
          .hasValueSatisfying(line -> assertThat(line).contains("$stop"));
      assertThat(machine.log()).isEqualTo("asked to stop\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ideal", "fixed:20:0.5", "shared:20:0.7", "ddr4-2400", "random:9"})
  void aRestoredMachineRepeatsTheRestOfTheRun(String model, @TempDir Path folder) {
    Path file = folder.resolve("state");
    byte[] data = noise(512 * 64);
    try (SimulatedMachine original = machine(MemoryModel.parse(model));
        SimulatedMachine restored = machine(MemoryModel.parse(model))) {
      original.memory().write(0, data);
      original.writeRegister(Dma.SOURCE, 0);
      original.writeRegister(Dma.TARGET, TARGET);
      original.writeRegister(Dma.BEATS, 512);
      original.writeRegister(Dma.START, Dma.COPY);
      original.run(333);
      original.save(file);
      Run rest = original.runUntilInterrupt(1_000_000);
      restored.memory().write(0x70000, data); // to be gone after the restore
      restored.restore(file);
      assertThat(restored.runUntilInterrupt(1_000_000)).isEqualTo(rest);
      assertThat(restored.statistics(0)).isEqualTo(original.statistics(0));
      assertThat(restored.memory().read(0, (int) MEMORY))
          .isEqualTo(original.memory().read(0, (int) MEMORY));
    }
  }

  @Test
  void aStateOfAnotherMemorySizeIsRefusedAndChangesNothing(@TempDir Path folder) {
    Path file = folder.resolve("state");
    try (SimulatedMachine small = machine(MemoryModel.IDEAL);
        SimulatedMachine large =
            new SimulatedMachine(wide, Board.of(2 * MEMORY, CLOCK, MemoryModel.IDEAL))) {
      small.save(file);
      large.run(100);
      long cycle = large.cycle();
      assertThatThrownBy(() -> large.restore(file)).hasMessageContaining("size of the card memory");
      assertThat(large.cycle()).isEqualTo(cycle);
      assertThat(Dma.transfer(large, Dma.ADD, 0, 0, 32)).isPositive();
    }
  }

  @Test
  void equalSeedsGiveEqualRunsAndOthersDoNot() {
    long[] cycles = new long[3];
    long[] seeds = {11, 11, 12};
    for (int i = 0; i < cycles.length; i++) {
      try (SimulatedMachine machine = machine(MemoryModel.Random.of(seeds[i]))) {
        cycles[i] = Dma.transfer(machine, Dma.COPY, 0, TARGET, 512);
      }
    }
    assertThat(cycles[1]).isEqualTo(cycles[0]);
    assertThat(cycles[2]).isNotEqualTo(cycles[0]);
  }

  @Test
  void theCardMemoryChecksItsBounds() {
    try (SimulatedMachine machine = machine(MemoryModel.IDEAL)) {
      CardMemory memory = machine.memory();
      assertThat(memory.size()).isEqualTo(MEMORY);
      assertThatThrownBy(() -> memory.write(MEMORY - 3, new byte[4]))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("4 bytes at 0xffffd are outside of the card memory of 0x100000 bytes");
      assertThatThrownBy(() -> memory.read(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.buffer(Long.MAX_VALUE, 8))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aBufferOutlivesItsMachine() {
    ByteBuffer view;
    try (SimulatedMachine machine = machine(MemoryModel.IDEAL)) {
      view = machine.memory().buffer(64, 128);
      view.putInt(0, 0x01020304);
      assertThat(machine.memory().read(64, 4)).containsExactly(4, 3, 2, 1);
    }
    System.gc();
    assertThat(view.getInt(0)).isEqualTo(0x01020304);
  }

  @Test
  void aLargeMemoryCostsOnlyWhatIsTouched() throws java.io.IOException {
    long before = residentKilobytes();
    try (SimulatedMachine machine =
        new SimulatedMachine(wide, Board.of(4L << 30, CLOCK, MemoryModel.IDEAL))) {
      machine.memory().write((4L << 30) - 1024, noise(1024));
      Dma.transfer(machine, Dma.ADD, (4L << 30) - 1024, 0, 16);
      assertThat(residentKilobytes() - before).isLessThan(256 << 10);
    }
  }

  private static long residentKilobytes() throws java.io.IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
        .sum();
  }

  @Test
  void aDesignThatIsNoMachineIsRefused() {
    try (VerilatedLibrary counter =
        VerilatedLibrary.of(Designs.of("stopper"), LibraryOptions.CHECKED)) {
      assertThatThrownBy(
              () -> new SimulatedMachine(counter, Board.of(MEMORY, CLOCK, MemoryModel.IDEAL)))
          .hasMessage("the design has no port reset");
    }
  }

  @Test
  void memoryModelsHaveNames() {
    for (String label :
        new String[] {
          "ideal", "ideal:9", "fixed:20:0.5", "shared:20:2.4", "ddr4-2400", "random:7"
        }) {
      assertThat(MemoryModel.parse(label).label()).isEqualTo(label);
    }
    assertThatThrownBy(() -> MemoryModel.parse("ddr5"))
        .hasMessage(
            "no memory model ddr5; there are ideal, fixed:LATENCY:BANDWIDTH,"
                + " shared:LATENCY:BANDWIDTH, ddr4-2400, random:SEED");
    assertThatThrownBy(() -> MemoryModel.parse("fixed:5:1.5"))
        .hasMessageContaining("bandwidth is 1.5");
    assertThatThrownBy(() -> MemoryModel.parse("shared:5:8.5"))
        .hasMessage("bandwidth is 8.5 beats a cycle but must be above 0 and at most 8");
  }
}

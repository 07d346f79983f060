package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulationTest {

  private static Simulation counter() {
    Simulation counter = Simulation.of(Designs.of("counter"));
    counter.clock("clk");
    counter.reset(2);
    return counter;
  }

  @Test
  void aCounterCountsItsEnabledCycles() {
    try (Simulation counter = counter()) {
      counter.set("enable", 1);
      counter.step(5);
      counter.set("enable", 0);
      counter.step(3);
      assertThat(counter.value("count")).isEqualTo(5);
      assertThat(counter.cycle()).isEqualTo(10);
      assertThat(counter.time()).isEqualTo(10 * Simulation.DEFAULT_PERIOD);
    }
  }

  @Test
  void combinationalOutputsFollowTheirInputsWithoutAClock() {
    try (Simulation counter = counter()) {
      assertThat(counter.value("next")).isZero();
      counter.set("enable", 1);
      counter.eval();
      assertThat(counter.value("next")).isEqualTo(1);
      assertThat(counter.value("count")).isZero();
    }
  }

  @Test
  void wideValuesOfBothSignsPass() {
    BigInteger big = BigInteger.ONE.shiftLeft(79).add(BigInteger.valueOf(12345));
    try (Simulation counter = counter()) {
      counter.set("add", big);
      counter.step();
      assertThat(counter.wideValue("sum")).isEqualTo(big);
      counter.set("add", -12346);
      counter.step();
      assertThat(counter.wideValue("sum"))
          .isEqualTo(BigInteger.ONE.shiftLeft(79).subtract(BigInteger.ONE));
    }
  }

  @Test
  void aValueThatDoesNotFitIsRefused() {
    try (Simulation counter = counter()) {
      assertThatThrownBy(() -> counter.set("enable", 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("2 does not fit port enable of 1 bits");
      assertThatThrownBy(() -> counter.set("count", 1))
          .isInstanceOf(SimulationException.class)
          .hasMessage("count is an output");
      assertThatThrownBy(() -> counter.value("cuont"))
          .hasMessageContaining("counter has no port cuont; it has clk, reset, enable");
    }
  }

  @Test
  void aBatchGivesWhatSingleStepsGive() {
    int cycles = 2000;
    Random random = new Random(7);
    ByteBuffer in = ByteBuffer.allocate(cycles * 11).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < cycles; i++) {
      in.put((byte) random.nextInt(2)).putLong(random.nextLong()).putShort((short) i);
    }
    in.flip();
    ByteBuffer out = ByteBuffer.allocate(cycles * 11);
    try (Simulation batch = counter();
        Simulation single = counter()) {
      batch.batch(cycles, List.of("enable", "add"), in, List.of("next", "sum"), out);
      for (int i = 0; i < cycles; i++) {
        byte[] add = new byte[11];
        for (int k = 0; k < 10; k++) {
          add[10 - k] = in.get(i * 11 + 1 + k);
        }
        single.set("enable", in.get(i * 11));
        single.set("add", new BigInteger(add));
        single.eval();
        assertThat((byte) single.value("next"))
            .as("next in cycle %d", i)
            .isEqualTo(out.get(i * 11));
        byte[] sum = new byte[11];
        for (int k = 0; k < 10; k++) {
          sum[10 - k] = out.get(i * 11 + 1 + k);
        }
        assertThat(single.wideValue("sum")).isEqualTo(new BigInteger(sum));
        single.step();
      }
      assertThat(batch.cycle()).isEqualTo(single.cycle());
    }
  }

  @Test
  void aBatchWithTooFewInputsIsRefused() {
    try (Simulation counter = counter()) {
      assertThatThrownBy(
              () ->
                  counter.batch(
                      10,
                      List.of("add"),
                      ByteBuffer.allocate(99),
                      List.of(),
                      ByteBuffer.allocate(0)))
          .hasMessage("the inputs take 100 bytes but the buffer has 99");
    }
  }

  @Test
  void twoClocksKeepTheirRatio() {
    try (Simulation clocks = Simulation.of(Designs.of("clocks"))) {
      clocks.clock("clk_a", 1000, 0);
      clocks.clock("clk_b", 300, 50);
      clocks.reset(4);
      long a = clocks.value("a");
      long b = clocks.value("b");
      clocks.step(300);
      assertThat(clocks.value("a") - a).isEqualTo(300);
      assertThat(clocks.value("b") - b).isEqualTo(1000);
      clocks.step("clk_b", 10);
      assertThat(clocks.value("a") - a).isEqualTo(303);
      assertThat(clocks.value("b") - b).isEqualTo(1010);
    }
  }

  @Test
  void registersWithoutResetStartByTheSeed() {
    try (VerilatedLibrary library =
            VerilatedLibrary.of(Designs.of("clocks"), LibraryOptions.CHECKED);
        Simulation first = Simulation.in(library, 1);
        Simulation again = Simulation.in(library, 1);
        Simulation other = Simulation.in(library, 2)) {
      assertThat(again.value("unset")).isEqualTo(first.value("unset"));
      assertThat(other.value("unset")).isNotEqualTo(first.value("unset"));
    }
    try (Simulation zero = Simulation.of(Designs.of("clocks"), LibraryOptions.FAST, 1)) {
      assertThat(zero.value("unset")).isZero();
    }
  }

  private static SimulationStoppedException stop(int how) {
    try (Simulation stopper = Simulation.of(Designs.of("stopper"))) {
      stopper.clock("clk");
      stopper.step(3);
      stopper.set("how", how);
      SimulationStoppedException stopped =
          catchThrowableOfType(SimulationStoppedException.class, () -> stopper.step(100));
      assertThat(stopped).isNotNull();
      assertThatThrownBy(stopper::step).as("stays stopped").hasMessage(stopped.getMessage());
      return stopped;
    }
  }

  @Test
  void finishIsReportedWithItsLine() {
    SimulationStoppedException stopped = stop(1);
    assertThat(stopped.reason()).isEqualTo(SimulationStoppedException.Cause.FINISH);
    assertThat(stopped).hasMessage("stopper.v:8: $finish (cycle 4)");
    assertThat(stopped.line()).isEqualTo(8);
    assertThat(stopped.cycle()).isEqualTo(4);
  }

  @Test
  void stopIsReportedWithItsLine() {
    SimulationStoppedException stopped = stop(2);
    assertThat(stopped.reason()).isEqualTo(SimulationStoppedException.Cause.STOP);
    assertThat(stopped).hasMessage("stopper.v:10: $stop (cycle 4)");
  }

  @Test
  void fatalIsReportedWithItsText() {
    assertThat(stop(3))
        .hasMessageContaining("stopper.v:11: ")
        .hasMessageContaining("no way to go on");
  }

  @Test
  void aFailingAssertionIsReportedWithItsText() {
    SimulationStoppedException stopped = stop(4);
    assertThat(stopped.line()).isEqualTo(13);
    assertThat(stopped).hasMessageContaining("how must not be 4");
  }

  @Test
  void aDesignThatDoesNotSettleIsReported() {
    SimulationStoppedException stopped = stop(5);
    assertThat(stopped.reason()).isEqualTo(SimulationStoppedException.Cause.FATAL);
    assertThat(stopped).hasMessageContaining("did not converge");
  }

  @Test
  void whatTheDesignPrintsIsInTheLog() {
    try (Simulation stopper = Simulation.of(Designs.of("stopper"))) {
      stopper.clock("clk");
      stopper.set("how", 6);
      stopper.step(2);
      assertThat(stopper.log()).isEqualTo("hello\nhello\n");
    }
  }

  @Test
  void aRestoredStateGoesOnAsTheOriginal(@TempDir Path folder) {
    Path file = folder.resolve("state");
    try (Simulation original = counter()) {
      original.set("enable", 1);
      original.set("add", 1_000_003);
      original.step(17);
      original.save(file);
      original.step(5);
      try (Simulation restored = counter()) {
        restored.restore(file);
        assertThat(restored.cycle()).isEqualTo(19);
        restored.step(5);
        assertThat(restored.value("count")).isEqualTo(22).isEqualTo(original.value("count"));
        assertThat(restored.wideValue("sum")).isEqualTo(original.wideValue("sum"));
        assertThat(restored.time()).isEqualTo(original.time());
      }
    }
  }

  @Test
  void aDamagedOrForeignStateIsRefusedAndChangesNothing(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("state");
    Path foreign = folder.resolve("foreign");
    try (Simulation counter = counter();
        Simulation twin = Simulation.of(Designs.of("twin"))) {
      counter.set("enable", 1);
      counter.step(4);
      counter.save(file);
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
      assertThatThrownBy(() -> counter.restore(file)).hasMessageContaining("truncated or damaged");
      Files.write(file, java.util.Arrays.copyOf(bytes, 20));
      assertThatThrownBy(() -> counter.restore(file))
          .hasMessageContaining("not a saved simulation");
      assertThatThrownBy(() -> counter.restore(folder.resolve("nothing")))
          .hasMessageContaining("cannot read");
      twin.clock("clk");
      twin.save(foreign);
      assertThatThrownBy(() -> counter.restore(foreign)).hasMessageContaining("another design");
      counter.step();
      assertThat(counter.value("count")).isEqualTo(5);
    }
  }

  @Test
  void aTraceWindowHoldsItsCyclesOnly(@TempDir Path folder) throws IOException {
    Path whole = folder.resolve("whole.fst");
    Path window = folder.resolve("window.fst");
    try (Simulation counter =
        Simulation.of(Designs.of("counter"), LibraryOptions.CHECKED.withTrace(), 1)) {
      counter.clock("clk");
      counter.step(12);
      counter.trace(whole, 0, Long.MAX_VALUE);
      counter.step(50);
      counter.trace(window, 70, 72);
      counter.step(20);
      assertThat(counter.cycle()).isEqualTo(82);
    }
    // FST files begin with a header block: type 0, length 329, then start and end time.
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(whole));
    assertThat(all.get(0)).isZero();
    assertThat(all.getLong(1)).isEqualTo(329);
    ByteBuffer part = ByteBuffer.wrap(Files.readAllBytes(window));
    assertThat(part.getLong(9)).isEqualTo(70 * 1000 - 500);
    assertThat(part.getLong(17)).isEqualTo(71 * 1000);
  }

  @Test
  void aTraceWithoutTracingBuiltInIsRefused(@TempDir Path folder) {
    try (Simulation counter = counter()) {
      assertThatThrownBy(() -> counter.trace(folder.resolve("x.fst"), 0, 10))
          .hasMessage("the library was built without tracing");
    }
  }

  @Test
  void aClosedSimulationSaysSo() {
    Simulation counter = counter();
    counter.close();
    counter.close();
    assertThatThrownBy(counter::step)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the simulation of counter is closed");
  }
}

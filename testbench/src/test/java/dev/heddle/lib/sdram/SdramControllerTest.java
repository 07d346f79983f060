package dev.heddle.lib.sdram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.HdlException;
import dev.heddle.lib.AxiShape;
import dev.heddle.testbench.AxiTraffic;
import dev.heddle.testbench.AxiTraffic.Plan;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.SdramViolationException;
import dev.heddle.testbench.SimulatedSdram;
import dev.heddle.testbench.SimulatedSdram.Parameters;
import dev.heddle.testbench.Simulation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SdramControllerTest {
  /** At 100 MHz, 64 bytes are 32 words of the chip and 16 beats. */
  private static final Parameters ULX3S =
      new Parameters(SdramDevice.AS4C16M16SA, 100_000_000, new AxiShape(32, 32, 3), 0);

  private static final Parameters COLORLIGHT =
      new Parameters(SdramDevice.M12L64322A, 100_000_000, new AxiShape(32, 128, 3), 0);

  /** Two banks, and each time longer than what usually covers it. */
  private static final SdramDevice WITH_LONG_TIMES =
      new SdramDevice(
          "LONG",
          16,
          1,
          11,
          8,
          new SdramTiming(
              10_000,
              7_000,
              20_000,
              40_000,
              40_000,
              100_000_000,
              120_000,
              150_000,
              50_000,
              6,
              9,
              64_000_000_000L,
              4096,
              200_000_000));

  static List<Parameters> benches() {
    return List.of(
        ULX3S,
        COLORLIGHT,
        new Parameters(SdramDevice.AS4C32M16SB, 133_000_000, new AxiShape(32, 512, 3), 1),
        new Parameters(SdramDevice.AS4C16M16SA, 25_000_000, new AxiShape(32, 16, 3), 0),
        new Parameters(WITH_LONG_TIMES, 100_000_000, new AxiShape(40, 64, 1), 0),
        new Parameters(SdramDevice.M12L64322A, 60_000_000, new AxiShape(32, 32, 3), 2),
        new Parameters(SdramDevice.GW2AR18, 133_000_000, new AxiShape(32, 64, 3), 3));
  }

  /** The times of a chip with {@code refreshes} REFRESH in {@code period} picoseconds. */
  private static SdramTiming refreshing(SdramDevice device, long period, int refreshes) {
    SdramTiming t = device.timing();
    return new SdramTiming(
        t.ck2(),
        t.ck3(),
        t.rcd(),
        t.rp(),
        t.ras(),
        t.rasMaximum(),
        t.rc(),
        t.rfc(),
        t.rrd(),
        t.wr(),
        t.mrd(),
        period,
        refreshes,
        t.powerUp());
  }

  /** Offers an address until it is taken. */
  private static void address(Simulation simulation, String channel, long address, int beats) {
    simulation.set(channel + "addr", address);
    simulation.set(channel + "len", beats - 1);
    simulation.set(channel + "size", ULX3S.shape().size());
    simulation.set(channel + "burst", 1);
    offer(simulation, channel);
  }

  /** Offers a beat to write until it is taken. */
  private static void beat(Simulation simulation, int data) {
    simulation.set("axi_wdata", data);
    simulation.set("axi_wstrb", (1 << ULX3S.shape().bytes()) - 1);
    offer(simulation, "axi_w");
  }

  private static void offer(Simulation simulation, String channel) {
    simulation.set(channel + "valid", 1);
    simulation.eval();
    while (simulation.value(channel + "ready") == 0) {
      simulation.step();
    }
    simulation.step();
    simulation.set(channel + "valid", 0);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("benches")
  void randomBurstsReadWhatWasWritten(Parameters bench) {
    try (SimulatedSdram sdram = new SimulatedSdram(bench, LibraryOptions.CHECKED)) {
      AxiTraffic traffic = sdram.traffic(Plan.random(7, 40_000, 32));
      sdram.finish(traffic);
      assertThat(traffic.statistics().reads()).isBetween(19_000L, 21_000L);
      assertThat(sdram.chip().memory().buffer(0, bench.device().size()))
          .isEqualTo(traffic.memory().buffer(0, bench.device().size()));
    }
  }

  @Test
  void aMillionRandomBurstsReadWhatWasWritten() {
    try (SimulatedSdram sdram = new SimulatedSdram(ULX3S, LibraryOptions.FAST)) {
      AxiTraffic traffic = sdram.traffic(new Plan(11, 1_000_000, 50, 8, true, false, 5, 5, 30, 8));
      sdram.finish(traffic);
      assertThat(traffic.statistics().reads() + traffic.statistics().writes()).isEqualTo(1_000_000);
      assertThat(sdram.chip().memory().buffer(0, ULX3S.device().size()))
          .isEqualTo(traffic.memory().buffer(0, ULX3S.device().size()));
    }
  }

  /** A burst of 4 KB is the longest, one of 64 bytes a line of a machine. */
  @ParameterizedTest
  @CsvSource({
    "read, 64, 265982, 0.98",
    "write, 64, 265990, 0.98",
    "read, 1024, 265982, 0.98",
    "write, 1024, 265990, 0.98",
  })
  void sequencesMoveAWordInNearlyEveryCycle(String what, int bytes, long cycles, double share) {
    try (SimulatedSdram sdram = new SimulatedSdram(ULX3S, LibraryOptions.CHECKED)) {
      long words = 1 << 18;
      sdram.start();
      int readPercent = what.equals("write") ? 0 : 100;
      long measured = sdram.cycles(Plan.steady(words * 2 / bytes, readPercent, bytes / 4, true));
      assertThat(measured).isEqualTo(cycles);
      assertThat((double) words / measured).isGreaterThan(share);
    }
  }

  @Test
  void linesAtRandomHideMostOfTheirRows() {
    try (SimulatedSdram sdram = new SimulatedSdram(ULX3S, LibraryOptions.CHECKED)) {
      sdram.start();
      assertThat(sdram.cycles(Plan.steady(8192, 100, 16, false))).isEqualTo(291_848);
    }
    try (SimulatedSdram sdram = new SimulatedSdram(COLORLIGHT, LibraryOptions.CHECKED)) {
      sdram.start();
      assertThat(sdram.cycles(Plan.steady(8192, 100, 4, false))).isEqualTo(158_633);
    }
  }

  @Test
  void readsAndWritesOfOneSequenceTakeTurns() {
    try (SimulatedSdram sdram = new SimulatedSdram(ULX3S, LibraryOptions.CHECKED)) {
      sdram.start();
      assertThat(sdram.cycles(Plan.steady(8192, 50, 16, true))).isEqualTo(269_184);
    }
  }

  @Test
  void aReadThatNobodyTakesDoesNotHoldUpWrites() {
    try (SimulatedSdram sdram = new SimulatedSdram(ULX3S, LibraryOptions.CHECKED)) {
      sdram.start();
      address(sdram.simulation(), "axi_ar", 0x1000, 256);
      sdram.simulation().step(2000);
      assertThat(sdram.simulation().value("axi_rvalid")).isEqualTo(1);
      address(sdram.simulation(), "axi_aw", 0x8000, 1);
      beat(sdram.simulation(), 0x1234_5678);
      sdram.simulation().step(30);
      assertThat(sdram.simulation().value("axi_bvalid")).isEqualTo(1);
      sdram.simulation().step(20);
      assertThat(sdram.chip().memory().buffer(0x8000, 4).getInt(0)).isEqualTo(0x1234_5678);
    }
  }

  @Test
  void aWriteWithoutItsDataHoldsUpNeitherReadsNorRefreshes() {
    try (SimulatedSdram sdram = new SimulatedSdram(ULX3S, LibraryOptions.CHECKED)) {
      sdram.start();
      sdram.chip().memory().buffer(0x1000, 4).putInt(0, 0x7654_3210);
      address(sdram.simulation(), "axi_aw", 0x8000, 2);
      beat(sdram.simulation(), 1);
      sdram.simulation().step(100_000);
      address(sdram.simulation(), "axi_ar", 0x1000, 1);
      sdram.simulation().step(30);
      assertThat(sdram.simulation().value("axi_rvalid")).isEqualTo(1);
      assertThat(sdram.simulation().value("axi_rdata")).isEqualTo(0x7654_3210);
      assertThat(sdram.chip().statistics().refreshes()).isGreaterThan(120);
    }
  }

  @Test
  void aReadOfAnOpenRowTakesElevenCycles() {
    try (SimulatedSdram sdram = new SimulatedSdram(ULX3S, LibraryOptions.CHECKED)) {
      sdram.start();
      sdram.simulation().set("axi_rready", 1);
      address(sdram.simulation(), "axi_ar", 0, 1);
      sdram.simulation().step(50);
      long address = sdram.simulation().cycle();
      address(sdram.simulation(), "axi_ar", 4, 1);
      while (sdram.simulation().value("axi_rvalid") == 0) {
        sdram.simulation().step();
      }
      assertThat(sdram.simulation().cycle() - address).isEqualTo(11);
    }
  }

  @Test
  void everyRowIsRefreshedInTime() {
    Parameters bench =
        new Parameters(SdramDevice.M12L64322A, 60_000_000, new AxiShape(32, 32, 3), 2);
    try (SimulatedSdram sdram = new SimulatedSdram(bench, LibraryOptions.FAST)) {
      sdram.finish(sdram.traffic(Plan.steady(30_000, 0, 16, true)));
      sdram.simulation().step(70 * 60_000);
      assertThat(sdram.chip().statistics().refreshes()).isGreaterThan(4096);
    }
  }

  @Test
  void theTimeBetweenTwoRefreshesOfARowIsKeptUnderLoadToo() {
    SdramTiming timing = refreshing(SdramDevice.AS4C16M16SA, 500_000_000L, 64);
    Parameters bench =
        new Parameters(
            SdramDevice.AS4C16M16SA.withTiming(timing), 100_000_000, new AxiShape(32, 32, 3), 0);
    try (SimulatedSdram sdram = new SimulatedSdram(bench, LibraryOptions.CHECKED)) {
      AxiTraffic load = sdram.traffic(Plan.steady(20_000, 0, 16, true));
      sdram.finish(load);
      sdram.simulation().step(500_000);
      sdram.finish(load.then(Plan.random(3, 20_000, 256)));
      assertThat(sdram.chip().statistics().refreshes()).isGreaterThan(1500);
    }
    // The chip finds a row that is late even if no refresh is.
    SdramTiming shorter = refreshing(SdramDevice.AS4C16M16SA, 443_000_000L, 64);
    try (SimulatedSdram sdram =
        new SimulatedSdram(bench, LibraryOptions.CHECKED, bench.device().withTiming(shorter))) {
      assertThatThrownBy(() -> sdram.finish(sdram.traffic(Plan.steady(20_000, 100, 16, true))))
          .isInstanceOf(SdramViolationException.class)
          .hasMessageContaining("tREF: the rows of refresh");
    }
  }

  @Test
  void whatCannotWorkIsRefused() {
    AxiShape shape = new AxiShape(32, 32, 1);
    SdramDevice chip = SdramDevice.M12L64322A;
    assertThatThrownBy(() -> new SdramController(chip, 150_000_000, shape, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a clock of 150000000 Hz is too fast for an SDRAM");
    assertThatThrownBy(() -> new SdramController(chip, 100_000, shape, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leaves no time for anything else");
    assertThatThrownBy(() -> new SdramController(chip, 100_000_000, new AxiShape(32, 16, 1), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beats of 16 bits in front of an SDRAM of 32 bits");
    assertThatThrownBy(() -> new SdramController(chip, 100_000_000, new AxiShape(20, 32, 1), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("addresses of 20 bits do not reach all 8388608 bytes of M12L64322A");
    assertThatThrownBy(() -> new SdramController(chip, 100_000_000, shape, 4))
        .isInstanceOf(HdlException.class)
        .hasMessageContaining("words 4 cycles late");
  }
}

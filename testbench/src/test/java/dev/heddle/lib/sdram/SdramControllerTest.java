package dev.heddle.lib.sdram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.HdlException;
import dev.heddle.lib.AxiShape;
import dev.heddle.testbench.AxiTraffic;
import dev.heddle.testbench.AxiTraffic.Plan;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.SdramViolationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SdramControllerTest {
  /** At 100 MHz, 64 bytes are 32 words of the chip and 16 beats. */
  private static final SdramBench ULX3S =
      new SdramBench(SdramDevice.AS4C16M16SA, 100_000_000, 32, 0);

  private static final SdramBench COLORLIGHT =
      new SdramBench(SdramDevice.M12L64322A, 100_000_000, 128, 0);

  static List<SdramBench> benches() {
    return List.of(
        ULX3S,
        COLORLIGHT,
        new SdramBench(SdramDevice.AS4C32M16SB, 133_000_000, 512, 1),
        new SdramBench(SdramDevice.AS4C16M16SA, 60_000_000, 16, 0),
        new SdramBench(SdramDevice.M12L64322A, 60_000_000, 32, 2),
        new SdramBench(SdramDevice.GW2AR18, 133_000_000, 64, 3));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("benches")
  void randomBurstsReadWhatWasWritten(SdramBench bench) {
    try (SdramBench.Run run = bench.run(LibraryOptions.CHECKED)) {
      AxiTraffic traffic = run.traffic(Plan.random(7, 40_000, 32));
      run.finish(traffic);
      assertThat(traffic.statistics().reads()).isBetween(19_000L, 21_000L);
      assertThat(run.chip.memory().buffer(0, bench.device().size()))
          .isEqualTo(traffic.memory().buffer(0, bench.device().size()));
    }
  }

  @Test
  void aMillionRandomBurstsReadWhatWasWritten() {
    try (SdramBench.Run run = ULX3S.run(LibraryOptions.FAST)) {
      AxiTraffic traffic = run.traffic(new Plan(11, 1_000_000, 50, 8, true, false, 5, 5, 30, 8));
      run.finish(traffic);
      assertThat(traffic.statistics().reads() + traffic.statistics().writes()).isEqualTo(1_000_000);
      assertThat(run.chip.memory().buffer(0, ULX3S.device().size()))
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
    try (SdramBench.Run run = ULX3S.run(LibraryOptions.CHECKED)) {
      long words = 1 << 18;
      long measured = run.cycles(bytes, words * 2, what.equals("write") ? 0 : 100, true);
      assertThat(measured).isEqualTo(cycles);
      assertThat((double) words / measured).isGreaterThan(share);
    }
  }

  @Test
  void linesAtRandomHideMostOfTheirRows() {
    try (SdramBench.Run run = ULX3S.run(LibraryOptions.CHECKED)) {
      assertThat(run.cycles(64, 1 << 19, 100, false)).isEqualTo(291_848);
    }
    try (SdramBench.Run run = COLORLIGHT.run(LibraryOptions.CHECKED)) {
      assertThat(run.cycles(64, 1 << 19, 100, false)).isEqualTo(158_633);
    }
  }

  @Test
  void readsAndWritesOfOneSequenceTakeTurns() {
    try (SdramBench.Run run = ULX3S.run(LibraryOptions.CHECKED)) {
      assertThat(run.cycles(64, 1 << 19, 50, true)).isEqualTo(269_184);
    }
  }

  @Test
  void aReadThatNobodyTakesDoesNotHoldUpWrites() {
    try (SdramBench.Run run = ULX3S.run(LibraryOptions.CHECKED)) {
      run.start();
      run.address("axi_ar", 0x1000, 256);
      run.simulation.step(2000);
      assertThat(run.simulation.value("axi_rvalid")).isEqualTo(1);
      run.address("axi_aw", 0x8000, 1);
      run.beat(0x1234_5678);
      run.simulation.step(30);
      assertThat(run.simulation.value("axi_bvalid")).isEqualTo(1);
      run.simulation.step(20);
      assertThat(run.chip.memory().buffer(0x8000, 4).getInt(0)).isEqualTo(0x1234_5678);
    }
  }

  @Test
  void aWriteWithoutItsDataHoldsUpNeitherReadsNorRefreshes() {
    try (SdramBench.Run run = ULX3S.run(LibraryOptions.CHECKED)) {
      run.start();
      run.chip.memory().buffer(0x1000, 4).putInt(0, 0x7654_3210);
      run.address("axi_aw", 0x8000, 2);
      run.beat(1);
      run.simulation.step(100_000);
      run.address("axi_ar", 0x1000, 1);
      run.simulation.step(30);
      assertThat(run.simulation.value("axi_rvalid")).isEqualTo(1);
      assertThat(run.simulation.value("axi_rdata")).isEqualTo(0x7654_3210);
      assertThat(run.chip.statistics().refreshes()).isGreaterThan(120);
    }
  }

  @Test
  void aReadOfAnOpenRowTakesElevenCycles() {
    try (SdramBench.Run run = ULX3S.run(LibraryOptions.CHECKED)) {
      run.start();
      run.simulation.set("axi_rready", 1);
      run.address("axi_ar", 0, 1);
      run.simulation.step(50);
      long address = run.simulation.cycle();
      run.address("axi_ar", 4, 1);
      while (run.simulation.value("axi_rvalid") == 0) {
        run.simulation.step();
      }
      assertThat(run.simulation.cycle() - address).isEqualTo(11);
    }
  }

  @Test
  void everyRowIsRefreshedInTimeUnderLoadAndIdle() {
    SdramTiming timing = SdramBench.refreshing(SdramDevice.AS4C16M16SA, 500_000_000L, 64);
    SdramBench bench =
        new SdramBench(SdramDevice.AS4C16M16SA.withTiming(timing), 100_000_000, 32, 0);
    try (SdramBench.Run run = bench.run(LibraryOptions.CHECKED)) {
      AxiTraffic load = run.traffic(Plan.steady(20_000, 0, 16, true));
      run.finish(load);
      run.simulation.step(500_000);
      run.finish(load.then(Plan.random(3, 20_000, 256)));
      assertThat(run.chip.statistics().refreshes()).isGreaterThan(1500);
    }
    // The chip would find a controller that is late by less than the refreshes it may postpone.
    SdramTiming shorter = SdramBench.refreshing(SdramDevice.AS4C16M16SA, 443_000_000L, 64);
    try (SdramBench.Run run =
        bench.run(LibraryOptions.CHECKED, bench.device().withTiming(shorter))) {
      assertThatThrownBy(() -> run.finish(run.traffic(Plan.steady(20_000, 100, 16, true))))
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

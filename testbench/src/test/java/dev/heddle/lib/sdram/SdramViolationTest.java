package dev.heddle.lib.sdram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Hdl;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.AxiShape;
import dev.heddle.testbench.AxiTraffic;
import dev.heddle.testbench.AxiTraffic.Plan;
import dev.heddle.testbench.AxiViolationException;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.SdramChip;
import dev.heddle.testbench.SdramViolationException;
import dev.heddle.testbench.SimulatedSdram;
import dev.heddle.testbench.SimulatedSdram.Parameters;
import dev.heddle.testbench.Simulation;
import dev.heddle.testbench.VerilatedLibrary;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model of the chip finds what a controller may do wrong. */
class SdramViolationTest {
  private static final Parameters BENCH =
      new Parameters(SdramDevice.AS4C16M16SA, 100_000_000, new AxiShape(32, 32, 3), 0);

  /** The times of the chip when one of them is longer than the controller believes. */
  private static SdramTiming with(String name, long value) {
    SdramTiming t = BENCH.device().timing();
    return new SdramTiming(
        name.equals("ck2") ? value : t.ck2(),
        t.ck3(),
        name.equals("rcd") ? value : t.rcd(),
        name.equals("rp") ? value : t.rp(),
        name.equals("ras") ? value : t.ras(),
        name.equals("rasMaximum") ? value : t.rasMaximum(),
        name.equals("rc") ? value : t.rc(),
        name.equals("rfc") ? value : t.rfc(),
        name.equals("rrd") ? value : t.rrd(),
        name.equals("wr") ? (int) value : t.wr(),
        name.equals("mrd") ? (int) value : t.mrd(),
        name.equals("refreshPeriod") ? value : t.refreshPeriod(),
        t.refreshes(),
        name.equals("powerUp") ? value : t.powerUp());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "rcd|31000|tRCD|after 3 of 4 cycles",
        "rp|31000|tRP|after 3 of 4 cycles",
        "ras|71000|tRAS|PRECHARGE in bank",
        "rasMaximum|4000000|tRAS|cycles, at most 400",
        "rc|81000|tRC|of 9 cycles",
        "rfc|71000|tRFC|after 7 of 8 cycles",
        "rrd|41000|tRRD|ACTIVATE in bank",
        "wr|3|tWR|after 2 of 3 cycles",
        "mrd|9|tMRD|of 9 cycles",
        "refreshPeriod|32000000000|tREFI|9 refreshes are postponed, 8 may be",
        "powerUp|201000000|tPU|PRECHARGE after 20002 of 20100 cycles",
        "ck2|10001|MODE|bursts of one word with CAS latency 3 are mode 48",
      })
  void aTimeThatIsTooShortIsNamed(String time, long value, String rule, String message) {
    SdramDevice chip = BENCH.device().withTiming(with(time, value));
    try (SimulatedSdram sdram = new SimulatedSdram(BENCH, LibraryOptions.FAST, chip)) {
      assertThatThrownBy(
              () -> {
                AxiTraffic traffic = sdram.traffic(Plan.random(5, 2000, 8));
                sdram.finish(traffic);
                sdram.finish(traffic.then(new Plan(5, 8000, 90, 4, true, false, 0, 0, 0, 8)));
              })
          .isInstanceOfSatisfying(
              SdramViolationException.class,
              violation -> assertThat(violation.rule()).isEqualTo(rule))
          .hasMessageContaining(rule + ": ")
          .hasMessageContaining(message);
    }
  }

  @Test
  void aWrongByteIsFoundWhenItIsRead() {
    try (SimulatedSdram sdram = new SimulatedSdram(BENCH, LibraryOptions.FAST)) {
      AxiTraffic traffic = sdram.traffic(Plan.steady(100, 100, 16, true));
      ByteBuffer held = sdram.chip().memory().buffer(0x123, 1);
      int right = held.get(0) & 0xFF;
      held.put(0, (byte) (right ^ 8));
      assertThatThrownBy(() -> sdram.finish(traffic))
          .isInstanceOfSatisfying(
              AxiViolationException.class,
              violation -> assertThat(violation.rule()).isEqualTo("DATA"))
          .hasMessageContaining(
              "the byte at 291 was read as %d but is %d".formatted(right ^ 8, right));
    }
  }

  /** Lets a test drive the pins. */
  private static final class Wires extends Component {
    final SdramPins command = in(SdramPins.of(BENCH.device()));
    final SdramPins sdram = out(SdramPins.of(BENCH.device()));

    final Bit ticks = out(Hdl.bit());

    Wires() {
      Hdl.connect(sdram, command);
      Bit tick = reg(Hdl.bit(), 0);
      tick.set(tick.not());
      ticks.set(tick);
    }
  }

  private static VerilatedLibrary library;

  @BeforeAll
  static void build() {
    library = VerilatedLibrary.of(VerilogWriter.write(new Wires()), LibraryOptions.FAST);
  }

  @AfterAll
  static void close() {
    library.close();
  }

  /** A chip that is driven by hand. */
  private static final class Chip implements AutoCloseable {
    final Simulation simulation = Simulation.in(library, 1);

    Chip() {
      simulation.clock("clk");
      SdramChip.attach(simulation, "sdram", BENCH.device(), BENCH.clockHz(), 0);
      simulation.set("command_cke", 1);
      none(20_000);
    }

    void give(SdramCommand command, int bank, int address) {
      simulation.set("command_ras_n", command.ordinal() >> 2 & 1);
      simulation.set("command_cas_n", command.ordinal() >> 1 & 1);
      simulation.set("command_we_n", command.ordinal() & 1);
      simulation.set("command_ba", bank);
      simulation.set("command_a", address);
      simulation.set("command_dq_out_enable", command == SdramCommand.WRITE ? 1 : 0);
      simulation.step();
    }

    void none(int cycles) {
      give(SdramCommand.NO_OPERATION, 0, 0);
      simulation.step(cycles - 1);
    }

    Chip started() {
      give(SdramCommand.PRECHARGE, 0, 1 << 10);
      for (int i = 0; i < 8; i++) {
        none(6);
        give(SdramCommand.REFRESH, 0, 0);
      }
      none(6);
      give(SdramCommand.MODE_REGISTER_SET, 0, 2 << 4);
      none(1);
      return this;
    }

    Chip open(int bank, int row) {
      give(SdramCommand.ACTIVATE, bank, row);
      none(2);
      return this;
    }

    @Override
    public void close() {
      simulation.close();
    }
  }

  private interface Commands {
    void to(Chip chip);
  }

  private static void assertRefused(Commands commands, String message) {
    try (Chip chip = new Chip()) {
      assertThatThrownBy(() -> commands.to(chip))
          .isInstanceOf(SdramViolationException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void whatIsRightIsAccepted() {
    try (Chip chip = new Chip().started().open(2, 5)) {
      chip.simulation.set("command_dq_out", 0xABCD);
      chip.give(SdramCommand.WRITE, 2, 7);
      chip.give(SdramCommand.READ, 2, 7);
      chip.none(1);
      assertThat(chip.simulation.value("command_dq_in")).isEqualTo(0xABCD);
      chip.none(2);
      assertThatCode(() -> chip.give(SdramCommand.WRITE, 2, 8)).doesNotThrowAnyException();
      chip.none(1);
      assertThatCode(() -> chip.give(SdramCommand.PRECHARGE, 2, 0)).doesNotThrowAnyException();
    }
  }

  @Test
  void theStartHasAnOrder() {
    assertRefused(
        chip -> chip.give(SdramCommand.REFRESH, 0, 0), "INIT: REFRESH before PRECHARGE of all");
    assertRefused(
        chip -> {
          chip.give(SdramCommand.PRECHARGE, 0, 1 << 10);
          chip.none(6);
          chip.give(SdramCommand.REFRESH, 0, 0);
          chip.none(6);
          chip.give(SdramCommand.MODE_REGISTER_SET, 0, 2 << 4);
        },
        "INIT: MODE REGISTER SET after 1 of 8 REFRESH");
    assertRefused(
        chip -> chip.give(SdramCommand.ACTIVATE, 0, 0),
        "INIT: ACTIVATE before the mode register is set");
    assertRefused(
        chip -> {
          chip.simulation.set("command_cke", 0);
          chip.give(SdramCommand.PRECHARGE, 0, 1 << 10);
        },
        "CKE: PRECHARGE while the clock is not enabled");
  }

  @Test
  void rowsAreOpenForColumnsOnly() {
    assertRefused(
        chip -> chip.started().open(1, 5).give(SdramCommand.READ, 2, 0),
        "ROW: READ in bank 2 without an open row");
    assertRefused(
        chip -> {
          chip.started().open(1, 5).none(5);
          chip.give(SdramCommand.ACTIVATE, 1, 6);
        },
        "ROW: ACTIVATE in bank 1, whose row 5 is open");
    assertRefused(
        chip -> {
          chip.started().open(1, 5).none(5);
          chip.give(SdramCommand.REFRESH, 0, 0);
        },
        "ROW: REFRESH with bank 1 open");
    assertRefused(
        chip -> chip.started().open(1, 5).give(SdramCommand.READ, 1, 1 << 10),
        "COMMAND: READ in bank 1 with automatic precharge");
    assertRefused(
        chip -> chip.started().give(SdramCommand.BURST_TERMINATE, 0, 0),
        "COMMAND: BURST TERMINATE");
  }

  @Test
  void onlyOneSideDrivesTheData() {
    assertRefused(
        chip -> {
          chip.started().open(1, 5).give(SdramCommand.READ, 1, 0);
          chip.none(1);
          chip.give(SdramCommand.WRITE, 1, 0);
        },
        "DQ: the data pins are driven while the chip drives them");
    assertRefused(
        chip -> {
          chip.started().open(1, 5).give(SdramCommand.READ, 1, 0);
          chip.none(2);
          chip.give(SdramCommand.WRITE, 1, 0);
        },
        "DQ: the data pins are driven in the cycle after the chip drives them");
    assertRefused(
        chip -> {
          chip.started().open(1, 5).give(SdramCommand.WRITE, 1, 0);
          chip.simulation.set("command_dq_out_enable", 0);
          chip.simulation.step();
        },
        "DQ: WRITE in bank 1 without data on the pins");
  }
}

package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.AxiResponse;
import dev.heddle.lib.RegisterBus;
import dev.heddle.lib.Registers;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegisterFileTest {
  private static VerilatedLibrary library;
  private Simulation sim;
  private Bus bus;
  private Registers registers;

  @BeforeAll
  static void build() {
    library = VerilatedLibrary.of(VerilogWriter.write(new AxiBench()), LibraryOptions.CHECKED);
  }

  @AfterAll
  static void close() {
    library.close();
  }

  @BeforeEach
  void start() {
    sim = Simulation.in(library, 3);
    sim.clock("clk");
    sim.reset(3);
    bus = new Bus(new Random(4));
    registers = new Registers(AxiBench.MAP, bus, 0);
  }

  @AfterEach
  void stop() {
    sim.close();
  }

  /** An AXI4-Lite master that lets every channel wait at random. */
  private final class Bus implements RegisterBus {
    private final Random random;

    Bus(Random random) {
      this.random = random;
    }

    @Override
    public long read(int address) {
      long answer = access(address);
      assertThat(answer >>> 32).as("response").isEqualTo(AxiResponse.OKAY.ordinal());
      return answer & 0xFFFF_FFFFL;
    }

    @Override
    public void write(int address, long word) {
      assertThat(access(address, word, 15)).isEqualTo(AxiResponse.OKAY.ordinal());
    }

    /** The word, and above it the response. */
    long access(int address) {
      boolean sent = false;
      sim.set("s_axi_ctrl_araddr", address);
      long answer = -1;
      for (int i = 0; i < 100 && answer < 0; i++) {
        boolean valid = !sent && random.nextInt(2) == 0;
        boolean ready = random.nextInt(2) == 0;
        sim.set("s_axi_ctrl_arvalid", valid ? 1 : 0);
        sim.set("s_axi_ctrl_rready", ready ? 1 : 0);
        sim.eval();
        boolean offered = sim.value("s_axi_ctrl_rvalid") == 1;
        assertThat(offered && !sent).as("an answer before the question").isFalse();
        sent |= valid && sim.value("s_axi_ctrl_arready") == 1;
        if (offered && ready) {
          answer = sim.value("s_axi_ctrl_rresp") << 32 | sim.value("s_axi_ctrl_rdata");
        }
        sim.step();
      }
      sim.set("s_axi_ctrl_arvalid", 0);
      sim.set("s_axi_ctrl_rready", 0);
      assertThat(answer).as("an answer from %x", address).isNotNegative();
      return answer;
    }

    /** The response. */
    long access(int address, long word, int strobe) {
      boolean addressed = false;
      boolean sent = false;
      boolean addressing = false;
      boolean sending = false;
      sim.set("s_axi_ctrl_awaddr", address);
      sim.set("s_axi_ctrl_wdata", word);
      sim.set("s_axi_ctrl_wstrb", strobe);
      long answer = -1;
      for (int i = 0; i < 100 && answer < 0; i++) {
        addressing = !addressed && (addressing || random.nextInt(3) == 0);
        sending = !sent && (sending || random.nextInt(3) == 0);
        boolean ready = random.nextInt(2) == 0;
        sim.set("s_axi_ctrl_awvalid", addressing ? 1 : 0);
        sim.set("s_axi_ctrl_wvalid", sending ? 1 : 0);
        sim.set("s_axi_ctrl_bready", ready ? 1 : 0);
        sim.eval();
        boolean offered = sim.value("s_axi_ctrl_bvalid") == 1;
        assertThat(offered && !(addressed && sent)).as("a response before the write").isFalse();
        addressed |= addressing && sim.value("s_axi_ctrl_awready") == 1;
        sent |= sending && sim.value("s_axi_ctrl_wready") == 1;
        if (offered && ready) {
          answer = sim.value("s_axi_ctrl_bresp");
        }
        sim.step();
      }
      sim.set("s_axi_ctrl_awvalid", 0);
      sim.set("s_axi_ctrl_wvalid", 0);
      sim.set("s_axi_ctrl_bready", 0);
      assertThat(answer).as("a response from %x", address).isNotNegative();
      return answer;
    }
  }

  @Test
  void registersHoldTheirResetValues() {
    assertThat(registers.read("ID", "magic")).isEqualTo(0xF00D_BEEFL);
    assertThat(registers.read("CONTROL")).isEqualTo(0x1231);
    assertThat(registers.read("LIMIT", "limit")).isEqualTo(5);
    assertThat(sim.value("enable")).isEqualTo(1);
    assertThat(sim.value("step")).isEqualTo(0x123);
  }

  @Test
  void whatIsWrittenReachesTheHardwareAndIsReadBack() {
    registers.write("CONTROL", "step", 0xABC);
    registers.write("CONTROL", "enable", 0);
    assertThat(sim.value("step")).isEqualTo(0xABC);
    assertThat(sim.value("enable")).isZero();
    assertThat(registers.read("CONTROL", "step")).isEqualTo(0xABC);
    registers.write("LIMIT", "limit", 0xFF_1234_5678L);
    assertThat(sim.value("limit")).isEqualTo(0xFF_1234_5678L);
    assertThat(registers.read("LIMIT", "limit")).isEqualTo(0xFF_1234_5678L);
  }

  @Test
  void onlyBytesWithAStrobeAreWritten() {
    assertThat(bus.access(0x20, 0xFFFF_FFFFL, 0b0010)).isZero();
    assertThat(registers.read("LIMIT")).isEqualTo(0xFF00);
    assertThat(bus.access(0x24, 0xFFFF_FFFFL, 0b0001)).isZero();
    assertThat(registers.read("LIMIT")).isEqualTo(0xFF_0000_FF00L);
    assertThat(bus.access(0x20, 0, 0)).isZero();
    assertThat(registers.read("LIMIT")).isEqualTo(0xFF_0000_FF00L);
  }

  @Test
  void addressesWithoutARegisterAnswerWithAnError() {
    for (int address : new int[] {0x0C, 0x18, 0x28, 0x40, 0x80, 0xFC}) {
      assertThat(bus.access(address)).isEqualTo((long) AxiResponse.SLVERR.ordinal() << 32);
      assertThat(bus.access(address, 1, 15)).isEqualTo(AxiResponse.SLVERR.ordinal());
    }
    assertThat(registers.read("CONTROL")).isEqualTo(0x1231);
    assertThat(bus.access(0x00, 7, 15)).as("a constant").isZero();
    assertThat(registers.read("ID", "magic")).isEqualTo(0xF00D_BEEFL);
  }

  @Test
  void bothWordsOfAWideStatusBelongToOneMoment() {
    sim.set("count_cycles", 0x1_FFFF_FFFFL);
    long low = bus.read(0x10);
    sim.set("count_cycles", 0x2_0000_0000L);
    long high = bus.read(0x14);
    assertThat(high << 32 | low).isEqualTo(0x1_FFFF_FFFFL);
    assertThat(registers.read("COUNT", "cycles")).isEqualTo(0x2_0000_0000L);
  }

  @Test
  void eventsStayUntilTheyAreCleared() {
    sim.set("seen_now", 5);
    sim.step();
    sim.set("seen_now", 0);
    sim.step(3);
    assertThat(sim.value("seen")).isEqualTo(5);
    registers.clear("EVENTS", "seen", 4);
    assertThat(registers.read("EVENTS", "seen")).isEqualTo(1);
    sim.set("seen_now", 1);
    registers.clear("EVENTS", "seen", 1);
    assertThat(registers.read("EVENTS", "seen")).as("the event wins").isEqualTo(1);
    sim.set("seen_now", 0);
    registers.clear("EVENTS", "seen", 7);
    assertThat(registers.read("EVENTS", "seen")).isZero();
  }

  @Test
  void aPulseLastsOneCycleAndReadsAsZero() {
    sim.set("s_axi_ctrl_awaddr", 4);
    sim.set("s_axi_ctrl_wdata", 0x8000_0000L);
    sim.set("s_axi_ctrl_wstrb", 15);
    sim.set("s_axi_ctrl_awvalid", 1);
    sim.set("s_axi_ctrl_wvalid", 1);
    sim.step();
    sim.set("s_axi_ctrl_awvalid", 0);
    sim.set("s_axi_ctrl_wvalid", 0);
    assertThat(sim.value("clear")).isEqualTo(1);
    assertThat(sim.value("s_axi_ctrl_bvalid")).isEqualTo(1);
    sim.step();
    assertThat(sim.value("clear")).isZero();
    sim.set("s_axi_ctrl_bready", 1);
    sim.step();
    sim.set("s_axi_ctrl_bready", 0);
    assertThat(registers.read("CONTROL")).isZero();
  }

  @Test
  void aFieldIsAskedForAsWhatItIs() {
    assertThatThrownBy(
            () -> new dev.heddle.lib.RegisterFile(AxiBench.MAP).pulse("CONTROL", "enable"))
        .hasMessageContaining("CONTROL.enable is READ_WRITE, not [PULSE]");
  }
}

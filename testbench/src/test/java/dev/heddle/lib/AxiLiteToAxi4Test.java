package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.Simulation;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AxiLiteToAxi4Test {
  private static final int ADDRESS_BITS = 14;

  /** The adapter under names of its own for the ports. */
  private static final class Bench extends Component {
    Bench(int dataBits) {
      AxiShape shape = new AxiShape(20, dataBits, 2);
      AxiLiteToAxi4 adapter = inst("adapter", new AxiLiteToAxi4(ADDRESS_BITS, shape));
      connect(adapter.words, named("s", in(AxiLite.of(ADDRESS_BITS, 32))));
      connect(named("m", out(Axi4.of(shape))), adapter.memory);
    }

    @Override
    protected String moduleName() {
      return "AdapterBench";
    }
  }

  private static void waitFor(Simulation sim, String port, Random random, String... readies) {
    for (int turn = 0; ; turn++) {
      assertThat(turn).as("cycles until %s", port).isLessThan(100);
      for (String ready : readies) {
        sim.set(ready, random.nextInt(2));
      }
      sim.eval();
      if (sim.value(port) == 1) {
        return;
      }
      sim.step();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64, 512})
  void aWordIsWrittenToAndReadFromItsPlaceInTheBeat(int dataBits) {
    Random random = new Random(dataBits);
    int bytes = dataBits / 8;
    try (Simulation sim =
        Simulation.of(VerilogWriter.write(new Bench(dataBits)), LibraryOptions.CHECKED, 1)) {
      sim.clock("clk");
      for (String port : new String[] {"awvalid", "wvalid", "arvalid", "bready", "rready"}) {
        sim.set("s_" + port, 0);
      }
      for (String port : new String[] {"awready", "wready", "arready", "bvalid", "rvalid"}) {
        sim.set("m_" + port, 0);
      }
      sim.set("s_awprot", 0);
      sim.set("s_arprot", 0);
      sim.reset(2);
      for (int turn = 0; turn < 300; turn++) {
        int address = random.nextInt(1 << ADDRESS_BITS) & -4;
        int lane = address % bytes / 4;
        write(sim, random, address, lane, bytes);
        read(sim, random, address, lane, bytes);
      }
    }
  }

  private static void write(Simulation sim, Random random, int address, int lane, int bytes) {
    long data = random.nextInt() & 0xffff_ffffL;
    int strobe = 1 + random.nextInt(15);
    sim.set("s_awaddr", address);
    sim.set("s_wdata", data);
    sim.set("s_wstrb", strobe);
    sim.set("s_awvalid", 1);
    sim.set("s_wvalid", 1);
    int addresses = 0;
    int beats = 0;
    for (boolean taken = false; !taken; ) {
      sim.set("m_awready", random.nextInt(2));
      sim.set("m_wready", random.nextInt(2));
      sim.eval();
      if (sim.value("m_awvalid") == 1 && sim.value("m_awready") == 1) {
        addresses++;
        assertThat(sim.value("m_awaddr")).isEqualTo(address - address % bytes);
        assertThat(sim.value("m_awlen")).isZero();
        assertThat(1 << sim.value("m_awsize")).isEqualTo(bytes);
      }
      if (sim.value("m_wvalid") == 1 && sim.value("m_wready") == 1) {
        beats++;
        BigInteger beat = sim.wideValue("m_wdata").shiftRight(32 * lane);
        assertThat(beat.longValue() & 0xffff_ffffL).isEqualTo(data);
        assertThat(sim.wideValue("m_wstrb"))
            .isEqualTo(BigInteger.valueOf(strobe).shiftLeft(4 * lane));
        assertThat(sim.value("m_wlast")).isEqualTo(1);
      }
      taken = sim.value("s_awready") == 1;
      assertThat(sim.value("s_wready")).isEqualTo(taken ? 1 : 0);
      sim.step();
    }
    assertThat(addresses).isEqualTo(1);
    assertThat(beats).isEqualTo(1);
    sim.set("s_awvalid", 0);
    sim.set("s_wvalid", 0);
    sim.set("m_bvalid", 1);
    sim.set("m_bresp", 2);
    waitFor(sim, "m_bready", random, "s_bready");
    assertThat(sim.value("s_bvalid")).isEqualTo(1);
    assertThat(sim.value("s_bresp")).isEqualTo(2);
    sim.step();
    sim.set("m_bvalid", 0);
  }

  private static void read(Simulation sim, Random random, int address, int lane, int bytes) {
    sim.set("s_araddr", address);
    sim.set("s_arvalid", 1);
    waitFor(sim, "s_arready", random, "m_arready");
    assertThat(sim.value("m_arvalid")).isEqualTo(1);
    assertThat(sim.value("m_araddr")).isEqualTo(address - address % bytes);
    assertThat(sim.value("m_arlen")).isZero();
    sim.step();
    // The next address must not move the word that the one before waits for.
    sim.set("s_araddr", (address + 4) % (1 << ADDRESS_BITS));
    sim.set("m_arready", 1);
    sim.eval();
    assertThat(sim.value("s_arready")).isZero();
    assertThat(sim.value("m_arvalid")).isZero();
    sim.set("s_arvalid", 0);
    BigInteger beat = new BigInteger(8 * bytes, random);
    sim.set("m_rvalid", 1);
    sim.set("m_rdata", beat);
    sim.set("m_rresp", 3);
    waitFor(sim, "m_rready", random, "s_rready");
    assertThat(sim.value("s_rvalid")).isEqualTo(1);
    assertThat(sim.value("s_rdata"))
        .isEqualTo(beat.shiftRight(32 * lane).longValue() & 0xffff_ffffL);
    assertThat(sim.value("s_rresp")).isEqualTo(3);
    sim.step();
    sim.set("m_rvalid", 0);
    sim.set("m_arready", 0);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> new AxiLiteToAxi4(21, new AxiShape(20, 64, 1)))
        .hasMessageContaining("words at addresses of 21 bits do not fit a memory of 20");
    assertThatThrownBy(() -> new AxiLiteToAxi4(12, new AxiShape(20, 16, 1)))
        .hasMessageContaining("a beat of 16 bits cannot hold a word of 32");
  }
}

package dev.heddle.testbench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.AxiMemory;
import dev.heddle.lib.AxiResponse;
import dev.heddle.lib.AxiShape;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AxiMemoryTest {
  private static final int WORDS = 64;
  private static final AxiShape SHAPE = new AxiShape(16, 32, 2);
  private static VerilatedLibrary library;

  private Simulation sim;

  @BeforeAll
  static void build() {
    library =
        VerilatedLibrary.of(
            VerilogWriter.write(new AxiMemory(SHAPE, 4 * WORDS)), LibraryOptions.CHECKED);
  }

  @AfterAll
  static void close() {
    library.close();
  }

  @BeforeEach
  void start() {
    sim = Simulation.in(library, 1);
    sim.clock("clk");
    sim.reset(3);
    sim.set("bus_bready", 1);
    sim.set("bus_rready", 1);
  }

  private void address(String channel, int word, int beats, int id) {
    sim.set("bus_" + channel + "valid", 1);
    sim.set("bus_" + channel + "addr", 4L * word);
    sim.set("bus_" + channel + "len", beats - 1);
    sim.set("bus_" + channel + "id", id);
  }

  /** Steps until a handshake has happened; returns the cycles. */
  private int pass(String channel) {
    int cycles = 1;
    sim.eval();
    while (sim.value("bus_" + channel + "ready") == 0) {
      sim.step(1);
      cycles++;
    }
    sim.step(1);
    sim.set("bus_" + channel + "valid", 0);
    return cycles;
  }

  private int write(int word, int id, int strobe, int... data) {
    address("aw", word, data.length, id);
    int cycles = pass("aw");
    for (int i = 0; i < data.length; i++) {
      sim.set("bus_wvalid", 1);
      sim.set("bus_wdata", data[i]);
      sim.set("bus_wstrb", strobe);
      sim.set("bus_wlast", i == data.length - 1 ? 1 : 0);
      cycles += pass("w");
    }
    while (sim.value("bus_bvalid") == 0) {
      sim.step(1);
      cycles++;
    }
    assertThat(sim.value("bus_bid")).isEqualTo(id);
    return cycles;
  }

  @Test
  void aBeatPassesInEachCycle() {
    int[] data = new int[16];
    Arrays.setAll(data, i -> 1000 + i);
    assertThat(write(8, 1, 15, data)).isEqualTo(17);
    assertThat(sim.value("bus_bresp")).isZero();
    sim.step(1);
    address("ar", 8, 16, 2);
    int cycles = pass("ar");
    for (int i = 0; i < 16; i++, cycles++) {
      while (sim.value("bus_rvalid") == 0) {
        sim.step(1);
        cycles++;
      }
      assertThat(sim.value("bus_rdata")).isEqualTo(1000 + i);
      assertThat(sim.value("bus_rid")).isEqualTo(2);
      assertThat(sim.value("bus_rlast")).isEqualTo(i == 15 ? 1 : 0);
      sim.step(1);
    }
    assertThat(cycles).isEqualTo(18);
    assertThat(sim.value("bus_rvalid")).isZero();
  }

  @Test
  void aBurstOutsideIsRefusedAndChangesNothing() {
    write(0, 0, 15, 7);
    sim.step(1);
    write(WORDS, 3, 15, 8);
    assertThat(sim.value("bus_bresp")).isEqualTo(AxiResponse.SLVERR.ordinal());
    sim.step(1);
    for (int word : new int[] {0, WORDS}) {
      address("ar", word, 1, 0);
      pass("ar");
      while (sim.value("bus_rvalid") == 0) {
        sim.step(1);
      }
      int response = word == 0 ? 0 : AxiResponse.SLVERR.ordinal();
      assertThat(sim.value("bus_rresp")).isEqualTo(response);
      assertThat(sim.value("bus_rlast")).isOne();
      if (word == 0) {
        assertThat(sim.value("bus_rdata")).isEqualTo(7);
      }
      sim.step(1);
    }
  }

  /** A beat that the test waits for. */
  private record Beat(long data, int id, boolean last) {}

  @Test
  void readsAndWritesAtOnceSeeEachOthersWholeBursts() {
    write(0, 0, 15, new int[WORDS]);
    sim.step(1);
    Random random = new Random(1);
    long[] model = new long[WORDS];
    Deque<Beat> expected = new ArrayDeque<>();
    int[] write = new int[3];
    int written = -1;
    int[] read = new int[3];
    boolean writeOffered = false;
    boolean readOffered = false;
    int reads = 0;
    int writes = 0;
    int[] served = new int[2];
    for (int cycle = 0; cycle < 20_000; cycle++) {
      if (!writeOffered && written < 0 && random.nextInt(4) == 0) {
        write[1] = 1 + random.nextInt(8);
        write[0] = random.nextInt(WORDS - write[1] + 1);
        write[2] = random.nextInt(4);
        address("aw", write[0], write[1], write[2]);
        writeOffered = true;
      }
      if (!readOffered && random.nextInt(4) == 0) {
        read[1] = 1 + random.nextInt(8);
        read[0] = random.nextInt(WORDS - read[1] + 1);
        read[2] = random.nextInt(4);
        address("ar", read[0], read[1], read[2]);
        readOffered = true;
      }
      int strobe = random.nextInt(16);
      long data = random.nextInt() & 0xffff_ffffL;
      boolean offersData = written >= 0 && random.nextInt(3) > 0;
      sim.set("bus_wvalid", offersData ? 1 : 0);
      sim.set("bus_wdata", data);
      sim.set("bus_wstrb", strobe);
      boolean takes = random.nextInt(3) > 0;
      sim.set("bus_rready", takes ? 1 : 0);
      sim.set("bus_bready", random.nextInt(2));
      sim.eval();
      if (takes && sim.value("bus_rvalid") == 1) {
        Beat beat =
            new Beat(
                sim.value("bus_rdata"), (int) sim.value("bus_rid"), sim.value("bus_rlast") == 1);
        assertThat(beat).as("cycle %d", cycle).isEqualTo(expected.remove());
      }
      boolean addressWritten = writeOffered && sim.value("bus_awready") == 1;
      boolean addressRead = readOffered && sim.value("bus_arready") == 1;
      boolean dataWritten = offersData && sim.value("bus_wready") == 1;
      sim.step(1);
      if (dataWritten) {
        long mask = 0;
        for (int lane = 0; lane < 4; lane++) {
          mask |= (strobe >> lane & 1) == 1 ? 0xffL << 8 * lane : 0;
        }
        int word = write[0] + written;
        model[word] = model[word] & ~mask | data & mask;
        written = written + 1 == write[1] ? -1 : written + 1;
        writes++;
      }
      if (addressWritten) {
        sim.set("bus_awvalid", 0);
        writeOffered = false;
        written = 0;
        served[0]++;
      }
      if (addressRead) {
        sim.set("bus_arvalid", 0);
        readOffered = false;
        for (int i = 0; i < read[1]; i++) {
          expected.add(new Beat(model[read[0] + i], read[2], i == read[1] - 1));
          reads++;
        }
        served[1]++;
      }
    }
    assertThat(reads).isGreaterThan(3000);
    assertThat(writes).isGreaterThan(3000);
    assertThat(served[0]).isGreaterThan(served[1] / 2);
  }
}

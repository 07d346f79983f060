package dev.heddle.lib.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.lib.Waves;
import dev.heddle.testbench.Simulation;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A simulated bridge on a line of bytes, and what has come out of it. */
final class BytesBoard {
  /** The fewest cycles from a byte to the next: so long the receiver may take. */
  static final int SPACING = 10;

  final Simulation sim;
  final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  final List<ModelTarget.Write> writes = new ArrayList<>();
  int resets;
  int dropped;
  private final Random random;
  private int resetCycles;

  BytesBoard(Simulation sim, long seed) {
    this.sim = sim;
    random = new Random(seed);
    sim.clock("clk");
    for (String port : List.of("irq", "rx_valid", "rx_data", "rx_damaged", "tx_ready", "peek")) {
      sim.set(port, 0);
    }
    sim.reset(3);
    sim.step(5);
  }

  /** Lets bytes come, with random gaps or none, and runs for {@code after} cycles more. */
  void run(byte[] bytes, boolean gaps, int readyPercent, int after) {
    List<Integer> cycles = new ArrayList<>();
    int cycle = 0;
    for (int i = 0; i < bytes.length; i++) {
      cycles.add(cycle);
      cycle += SPACING + (gaps && random.nextInt(8) == 0 ? random.nextInt(200) : 0);
    }
    int count = cycle + after;
    byte[] valid = new byte[count];
    byte[] data = new byte[count];
    byte[] ready = new byte[count];
    for (int i = 0; i < bytes.length; i++) {
      valid[cycles.get(i)] = 1;
      data[cycles.get(i)] = bytes[i];
    }
    for (int i = 0; i < count; i++) {
      ready[i] = (byte) (random.nextInt(100) < readyPercent ? 1 : 0);
    }
    Map<String, int[]> out =
        new Waves(sim, Map.of("rx_valid", valid, "rx_data", data, "tx_ready", ready))
            .observe("rx_ready", 1)
            .observe("tx_valid", 1)
            .observe("tx_payload", 8)
            .observe("writes", 1)
            .observe("written_word", 16)
            .observe("written_data", 32)
            .observe("machine_reset", 1)
            .observe("dropped", 1)
            .run(count);
    for (int i = 0; i < count; i++) {
      if (valid[i] == 1) {
        assertThat(out.get("rx_ready")[i]).as("the board takes each byte").isEqualTo(1);
      }
      if (out.get("tx_valid")[i] == 1 && ready[i] == 1) {
        sent.write(out.get("tx_payload")[i]);
      }
      if (out.get("writes")[i] == 1) {
        writes.add(new ModelTarget.Write(out.get("written_word")[i], out.get("written_data")[i]));
      }
      if (out.get("machine_reset")[i] == 1) {
        resetCycles++;
      } else if (resetCycles > 0) {
        assertThat(resetCycles).as("cycles of a reset").isEqualTo(16);
        resetCycles = 0;
        resets++;
      }
      dropped += out.get("dropped")[i];
    }
  }

  /** Runs until {@code bytes} have been sent in all, and a little longer. */
  void runUntilSent(int bytes, int readyPercent) {
    for (int turn = 0; sent.size() < bytes; turn++) {
      assertThat(turn).as("turns until the board has sent %d bytes", bytes).isLessThan(200);
      run(new byte[0], false, readyPercent, 5000);
    }
    run(new byte[0], false, 100, 200);
  }

  byte[] memory() {
    byte[] memory = new byte[4 * LinkBench.MEMORY_WORDS];
    for (int word = 0; word < LinkBench.MEMORY_WORDS; word++) {
      sim.set("peek", word);
      sim.eval();
      System.arraycopy(LinkWord.encode((int) sim.value("peeked")), 0, memory, 4 * word, 4);
    }
    return memory;
  }
}

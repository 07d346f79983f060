package dev.heddle.lib.sdram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.AxiShape;
import dev.heddle.testbench.Simulation;
import org.junit.jupiter.api.Test;

class SdramTurnsTest {
  private static final SdramLayout LAYOUT =
      new SdramLayout(SdramDevice.M12L64322A, new AxiShape(32, 64, 1));

  /** The directions of the runs that pass, a letter a cycle. */
  private static String passed(Simulation turns, boolean reads, boolean writes, int cycles) {
    turns.set("reads_valid", reads ? 1 : 0);
    turns.set("writes_valid", writes ? 1 : 0);
    StringBuilder passed = new StringBuilder();
    for (int i = 0; i < cycles; i++) {
      turns.eval();
      boolean read = turns.value("reads_ready") == 1;
      boolean write = turns.value("writes_ready") == 1;
      assertThat(turns.value("runs_valid")).isEqualTo(reads || writes ? 1 : 0);
      if (read || write) {
        assertThat(turns.value("runs_run_write")).isEqualTo(write ? 1 : 0);
      }
      passed.append(read ? write ? '!' : 'r' : write ? 'w' : '-');
      turns.step();
    }
    return passed.toString();
  }

  @Test
  void eachDirectionHasFourRunsWhileTheOtherWaits() {
    try (Simulation turns = Simulation.of(VerilogWriter.write(new SdramTurns(LAYOUT)))) {
      turns.clock("clk");
      turns.reset(2);
      turns.set("runs_ready", 1);
      turns.set("writes_run_write", 1);
      assertThat(passed(turns, true, true, 20)).isEqualTo("rrrrwwwwrrrrwwwwrrrr");
      assertThat(passed(turns, true, false, 6)).isEqualTo("rrrrrr");
      // It had more than its turn, but nobody waited.
      assertThat(passed(turns, true, true, 9)).isEqualTo("rwwwwrrrr");
      assertThat(passed(turns, false, true, 3)).isEqualTo("www");
      turns.set("runs_ready", 0);
      assertThat(passed(turns, true, true, 3)).isEqualTo("---");
      turns.set("runs_ready", 1);
      assertThat(passed(turns, true, true, 6)).isEqualTo("wrrrrw");
    }
  }
}

package dev.heddle.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.Simulation;
import org.junit.jupiter.api.Test;

class DotLaneTest {
  @Test
  void theSumOfThreeProductsLeavesWithTheLastPair() {
    VerilogDesign design = VerilogWriter.write(new DotLane(8, 20));
    try (Simulation lane = Simulation.of(design)) {
      lane.clock("clk");
      lane.reset(2);
      lane.set("sums_ready", 1);
      int[][] pairs = {{3, 4}, {-5, 6}, {127, 127}};
      for (int i = 0; i < pairs.length; i++) {
        lane.set("pairs_a", pairs[i][0] & 0xff);
        lane.set("pairs_b", pairs[i][1] & 0xff);
        lane.set("pairs_last", i == 2 ? 1 : 0);
        lane.set("pairs_valid", 1);
        lane.step();
      }
      lane.eval();
      assertThat(lane.value("sums_valid")).isEqualTo(1);
      assertThat(lane.value("sums_payload")).isEqualTo(3 * 4 - 5 * 6 + 127 * 127);
    }
  }
}

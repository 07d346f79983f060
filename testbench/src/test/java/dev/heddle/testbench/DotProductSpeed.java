package dev.heddle.testbench;

import dev.heddle.hdl.verilog.VerilogDesign;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/**
 * Measures simulated multiplications a second of 1,024 signed 8x8 multipliers, 32 instances of a
 * dot product of 32, for the levels of the C++ compiler. A program, not a test: the defaults of
 * {@link LibraryOptions} come from it.
 */
final class DotProductSpeed {
  private static final int LANES = 32;
  private static final int ELEMENTS = 32;
  private static final int CYCLES = 100_000;
  private static final int ROUNDS = 5;

  private DotProductSpeed() {}

  public static void main(String[] arguments) {
    for (LibraryOptions options :
        List.of(
            LibraryOptions.FAST.withCompilerLevel(0),
            LibraryOptions.FAST.withCompilerLevel(1),
            LibraryOptions.FAST.withCompilerLevel(2),
            LibraryOptions.FAST.withCompilerLevel(3),
            LibraryOptions.CHECKED,
            LibraryOptions.FAST.withTrace())) {
      measure(options);
    }
  }

  private static void measure(LibraryOptions options) {
    long begin = System.nanoTime();
    try (Simulation array = Simulation.of(design(), options, 1)) {
      double buildSeconds = (System.nanoTime() - begin) / 1e9;
      array.clock("clk");
      array.reset(2);
      byte[] vectors = new byte[CYCLES * (ELEMENTS + ELEMENTS)];
      new Random(1).nextBytes(vectors);
      ByteBuffer out = ByteBuffer.allocate(CYCLES * 4);
      double best = Double.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        array.batch(
            CYCLES, List.of("act", "wgt"), ByteBuffer.wrap(vectors), List.of("check"), out.clear());
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      System.out.printf(
          "%s: built in %.1f s, %.0f kcycles/s, %.3f GMAC/s, check %08x%n",
          options,
          buildSeconds,
          CYCLES / best / 1e3,
          CYCLES / best * LANES * ELEMENTS / 1e9,
          array.value("check"));
    }
  }

  /** Lanes share the activations; each has its own weights, made of those of the port. */
  private static VerilogDesign design() {
    StringBuilder text = new StringBuilder();
    int width = 8 * ELEMENTS;
    text.append(
        "module dot(input clk, input [%d:0] a, input [%d:0] w, output reg signed [20:0] sum);\n"
            .formatted(width - 1, width - 1));
    text.append("  reg [%d:0] held;\n".formatted(width - 1));
    for (int i = 0; i < ELEMENTS; i++) {
      text.append("  wire signed [7:0] a%d = a[%d:%d];\n".formatted(i, 8 * i + 7, 8 * i));
      text.append("  wire signed [7:0] w%d = held[%d:%d];\n".formatted(i, 8 * i + 7, 8 * i));
      text.append("  wire signed [15:0] t0_%d = a%d * w%d;\n".formatted(i, i, i));
    }
    int level = 0;
    for (int n = ELEMENTS / 2; n > 0; n /= 2, level++) {
      for (int i = 0; i < n; i++) {
        text.append(
            "  wire signed [%d:0] t%d_%d = t%d_%d + t%d_%d;\n"
                .formatted(16 + level, level + 1, i, level, 2 * i, level, 2 * i + 1));
      }
    }
    text.append(
        "  always @(posedge clk) begin held <= w; sum <= t%d_0; end\nendmodule\n".formatted(level));
    text.append(
        "module array(input clk, input reset, input [%d:0] act, input [%d:0] wgt, output reg [31:0] check);\n"
            .formatted(width - 1, width - 1));
    text.append("  reg [%d:0] held;\n".formatted(width - 1));
    StringBuilder all = new StringBuilder("check");
    for (int lane = 0; lane < LANES; lane++) {
      text.append("  wire signed [20:0] y%d;\n".formatted(lane));
      text.append(
          "  dot d%d(.clk(clk), .a(held), .w(wgt ^ %d'd%d), .sum(y%d));\n"
              .formatted(lane, width, lane * 7919, lane));
      all.append(" + {11'd0, y%d}".formatted(lane));
    }
    text.append("  always @(posedge clk) begin\n    held <= act;\n");
    text.append("    check <= reset ? 32'd0 : %s;\n  end\nendmodule\n".formatted(all));
    return Designs.ofText(text.toString());
  }
}

package dev.heddle.fpga;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * What a bitstream takes of its FPGA.
 *
 * @param luts look-up tables, those that only pass a signal included
 * @param registers flip-flops
 * @param multipliers DSP blocks, those of 9 bits by half
 * @param blockRams blocks of RAM
 * @param singlePortRams larger single-ported RAMs, where the FPGA has some
 * @param achievedHz highest clock
 */
public record BuildReport(
    int luts,
    int registers,
    int multipliers,
    int blockRams,
    int singlePortRams,
    double achievedHz) {
  private static final Set<String> LUTS = Set.of("ICESTORM_LC", "TRELLIS_COMB", "LUT4", "LUT");
  private static final Set<String> MULTIPLIERS =
      Set.of("ICESTORM_DSP", "MULT18X18D", "MULT18X18", "MULTADDALU18X18", "DSP48E1", "DSP48E2");
  private static final Set<String> HALF_MULTIPLIERS = Set.of("MULT9X9");
  private static final Set<String> BLOCK_RAMS = Set.of("ICESTORM_RAM", "DP16KD", "BSRAM", "RAMB18");
  private static final Set<String> SINGLE_PORT_RAMS = Set.of("ICESTORM_SPRAM");
  private static final double HZ_OF_A_MEGAHERTZ = 1e6;

  /**
   * The figures in the files that the tools of a {@link Flow} wrote.
   *
   * @param report of the place-and-route tool
   * @param cells of the synthesis
   */
  public static BuildReport read(Path report, Path cells) {
    try {
      ObjectMapper json = new ObjectMapper();
      JsonNode placed = json.readTree(report.toFile());
      JsonNode utilization = placed.path("utilization");
      double slowest = Double.POSITIVE_INFINITY;
      for (JsonNode clock : placed.path("fmax")) {
        slowest = Math.min(slowest, clock.path("achieved").asDouble());
      }
      return new BuildReport(
          sum(utilization, LUTS),
          registers(json.readTree(cells.toFile())),
          sum(utilization, MULTIPLIERS) + (sum(utilization, HALF_MULTIPLIERS) + 1) / 2,
          sum(utilization, BLOCK_RAMS),
          sum(utilization, SINGLE_PORT_RAMS),
          slowest * HZ_OF_A_MEGAHERTZ);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int sum(JsonNode utilization, Set<String> kinds) {
    return kinds.stream().mapToInt(kind -> utilization.path(kind).path("used").asInt()).sum();
  }

  /** Flip-flops by the cells that the netlist has: each family names them its own way. */
  private static int registers(JsonNode statistics) {
    return statistics.path("design").path("num_cells_by_type").properties().stream()
        .filter(cell -> cell.getKey().matches("SB_DFF.*|TRELLIS_FF|DFF.*|FD"))
        .mapToInt(cell -> cell.getValue().asInt())
        .sum();
  }
}

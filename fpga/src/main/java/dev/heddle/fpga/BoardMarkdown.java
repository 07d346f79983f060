package dev.heddle.fpga;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is written about boards in Markdown: a page of each, and the table of those built. */
public final class BoardMarkdown {
  private static final double MEGA = 1e6;
  private static final double GIGA = 1e9;

  private BoardMarkdown() {}

  /**
   * The table of the boards that were built.
   *
   * @param builds figures by the names of boards
   */
  public static String table(Map<String, MeasuredBuild> builds) {
    StringBuilder table =
        new StringBuilder(
            """
            | board | machine | LUT | flip-flops | multipliers | block RAM | clock | peak GMAC/s | memory GB/s |
            |---|---|---|---|---|---|---|---|---|
            """);
    for (Board board : Boards.all()) {
      MeasuredBuild build = builds.get(board.name());
      if (build != null) {
        table.append(row(board, build));
      }
    }
    return table.toString();
  }

  private static String row(Board board, MeasuredBuild build) {
    BuildReport figures = build.figures();
    FpgaDevice device = board.device();
    return String.format(
        Locale.ROOT,
        "| [`%s`](boards/%s.md) | %s | %,d of %,d | %,d | %s | %s | %s | %s | %.3f |%n",
        board.name(),
        board.name(),
        "`" + board.configuration().name() + "`",
        figures.luts(),
        device.luts(),
        figures.registers(),
        multipliers(figures, device),
        memory(figures, device),
        clock(build),
        String.format(Locale.ROOT, "%.2f", multiplications(board)),
        bandwidth(board));
  }

  private static String multipliers(BuildReport figures, FpgaDevice device) {
    return String.format(
        Locale.ROOT,
        "%d of %d, %.0f %%",
        figures.multipliers(),
        device.multipliers(),
        100.0 * figures.multipliers() / device.multipliers());
  }

  private static String memory(BuildReport figures, FpgaDevice device) {
    String large =
        figures.singlePortRams() == 0
            ? ""
            : ", and %d large ones".formatted(figures.singlePortRams());
    return "%d of %d%s".formatted(figures.blockRams(), device.blockRams(), large);
  }

  private static String clock(MeasuredBuild build) {
    return String.format(
        Locale.ROOT,
        "%.1f MHz for %.0f%s",
        build.figures().achievedHz() / MEGA,
        build.clockHz() / MEGA,
        build.meetsClock() ? "" : ", **missed**");
  }

  /** Multiplications that a machine can make in a second, in thousand millions. */
  private static double multiplications(Board board) {
    return board.configuration().multipliers() * board.clockHz() / GIGA;
  }

  /** Bytes that card memory can move in a second, in thousand millions. */
  private static double bandwidth(Board board) {
    return board.memoryBytesPerCycle() * board.clockHz() / GIGA;
  }

  /**
   * The page of a board.
   *
   * @param build figures of its bitstream, if it was built
   */
  public static String page(Board board, Optional<MeasuredBuild> build) {
    StringBuilder page = new StringBuilder();
    page.append("# %s%n%n".formatted(board.title()));
    page.append("<!-- Written by `./heddle fpga document`. -->\n\n");
    page.append("| | |\n|---|---|\n");
    line(page, "name in commands", "`" + board.name() + "`");
    line(page, "FPGA", device(board.device()));
    BoardConnections connections = BoardConnections.of(board);
    line(page, "clock", megahertz(board) + ", " + connections.clock());
    line(page, "machine", machine(board.configuration()));
    line(page, "card memory", memory(board, connections));
    line(page, "link", connections.link());
    line(page, "bitstream", "`build/%s/%s`".formatted(board.name(), board.bitstream()));
    page.append(connections.sections());
    page.append("\n## The bitstream\n");
    page.append(
        build
            .map(figures -> figures(board, figures))
            .orElse("No bitstream was built of this machine yet.\n"));
    return page.toString().replace(System.lineSeparator(), "\n");
  }

  private static void line(StringBuilder page, String what, String value) {
    page.append("| %s | %s |%n".formatted(what, value));
  }

  private static String device(FpgaDevice device) {
    return String.format(
        Locale.ROOT,
        "%s: %,d look-up tables, %d multipliers, %d blocks of RAM",
        device.part(),
        device.luts(),
        device.multipliers(),
        device.blockRams());
  }

  private static String megahertz(Board board) {
    return String.format(Locale.ROOT, "%.0f MHz", board.clockHz() / MEGA);
  }

  private static String machine(Configuration machine) {
    return "`%s`: %d x %d multipliers (rows x columns), %s of %d bits, %d vectors of up to %,d elements"
        .formatted(
            machine.name(),
            machine.rows(),
            machine.columns(),
            machine.ports() == 1 ? "a port" : machine.ports() + " ports",
            machine.portBits(),
            machine.maxTokens(),
            machine.maxBlocks() * WeightFormat.BLOCK);
  }

  private static String memory(Board board, BoardConnections connections) {
    String size =
        board.memoryBytes() >= 1 << 20
            ? board.memoryBytes() / (1 << 20) + " MB"
            : board.memoryBytes() / (1 << 10) + " KB";
    return String.format(
        Locale.ROOT, "%s of %s, at most %.3f GB/s", size, connections.memory(), bandwidth(board));
  }

  private static String figures(Board board, MeasuredBuild build) {
    BuildReport figures = build.figures();
    return String.format(
        Locale.ROOT,
        "%,d look-up tables, %,d flip-flops, multipliers %s, blocks of RAM %s, clock %s.%n"
            + "It was built and its timing checked; it has not run on a board.%n",
        figures.luts(),
        figures.registers(),
        multipliers(figures, board.device()),
        memory(figures, board.device()),
        clock(build));
  }
}

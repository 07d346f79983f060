package dev.heddle.fpga;

import dev.heddle.accel.CardMemory;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import dev.heddle.hdl.verilog.VerilogLibrary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The module that Vivado puts beside the processor: the machine with its shell, whose ports say by
 * attributes to which interface of a block design they belong (AMD UG994, X_INTERFACE_INFO).
 */
final class ProcessorBoardTop {
  /** The clock of all of it. */
  static final String CLOCK = "clk";

  /** The reset of all of it, active high. */
  static final String RESET = "reset";

  /** The interrupt, a level. */
  static final String INTERRUPT = "irq";

  private static final Pattern AXI_PORT = Pattern.compile("([sm]_axi_[a-z0-9]+)_([a-z]+)");
  private static final String MASTER = "m_";

  private final ProcessorBoard board;
  private final VerilogLibrary core;
  private final Map<String, Map<String, Port>> buses = new LinkedHashMap<>();

  /** The module around {@code core}. */
  ProcessorBoardTop(ProcessorBoard board, VerilogLibrary core) {
    this.board = board;
    this.core = core;
    for (Port port : core.ports()) {
      Matcher name = AXI_PORT.matcher(port.name());
      if (name.matches()) {
        buses.computeIfAbsent(name.group(1), bus -> new LinkedHashMap<>()).put(name.group(2), port);
      }
    }
  }

  /** The interface of the registers. */
  String registers() {
    return buses.keySet().stream().filter(bus -> !bus.startsWith(MASTER)).findFirst().orElseThrow();
  }

  /** The interfaces to card memory. */
  List<String> memories() {
    return buses.keySet().stream().filter(bus -> bus.startsWith(MASTER)).toList();
  }

  /** The module. */
  String verilog() {
    List<String> header = new ArrayList<>();
    List<String> connections = new ArrayList<>();
    for (Port port : core.ports()) {
      String range = port.width() == 1 ? "" : "[%d:0] ".formatted(port.width() - 1);
      header.add(
          "%s  %s wire %s%s"
              .formatted(attributes(port), port.input() ? "input " : "output", range, port.name()));
      connections.add("    .%1$s(%1$s)".formatted(port.name()));
    }
    StringBuilder notice = new StringBuilder();
    BoardDesign.NOTICE.lines().forEach(line -> notice.append("// ").append(line).append('\n'));
    return """
        %s
        `default_nettype none

        // The machine of the %s, for a block design of Vivado.
        module %s (
        %s
        );

          %s machine (
        %s
          );

        endmodule

        `default_nettype wire
        """
        .formatted(
            notice,
            board.title(),
            board.top(),
            String.join(",\n", header),
            core.top(),
            String.join(",\n", connections));
  }

  private String attributes(Port port) {
    return switch (port.name()) {
      case CLOCK ->
          signal(
              "clock",
              CLOCK,
              "CLK",
              "ASSOCIATED_BUSIF %s, ASSOCIATED_RESET %s"
                  .formatted(String.join(":", buses.keySet()), RESET));
      case RESET -> signal("reset", RESET, "RST", "POLARITY ACTIVE_HIGH");
      case INTERRUPT -> signal("interrupt", INTERRUPT, "INTERRUPT", "SENSITIVITY LEVEL_HIGH");
      default -> busAttributes(port);
    };
  }

  private static String signal(String kind, String port, String logical, String parameters) {
    return info("xilinx.com:signal:%s:1.0".formatted(kind), port, logical)
        + parameters(port, parameters);
  }

  private static String info(String type, String name, String logical) {
    return "  (* X_INTERFACE_INFO = \"%s %s %s\" *)\n".formatted(type, name, logical);
  }

  private static String parameters(String name, String parameters) {
    return "  (* X_INTERFACE_PARAMETER = \"XIL_INTERFACENAME %s, %s\" *)\n"
        .formatted(name, parameters);
  }

  private String busAttributes(Port port) {
    Matcher name = AXI_PORT.matcher(port.name());
    if (!name.matches()) {
      throw new IllegalStateException("port %s is of no interface".formatted(port.name()));
    }
    String bus = name.group(1);
    String info =
        info("xilinx.com:interface:aximm:1.0", bus, name.group(2).toUpperCase(Locale.ROOT));
    boolean first = port.equals(buses.get(bus).values().iterator().next());
    return first ? info + parameters(bus, parametersOf(bus)) : info;
  }

  private String parametersOf(String bus) {
    Map<String, Port> ports = buses.get(bus);
    String widths =
        "DATA_WIDTH %d, ADDR_WIDTH %d"
            .formatted(ports.get("rdata").width(), ports.get("araddr").width());
    if (!ports.containsKey("arlen")) {
      return "PROTOCOL AXI4LITE, " + widths;
    }
    int outstanding = board.configuration().outstanding();
    String access =
        ports.containsKey("awaddr")
            ? "READ_WRITE, NUM_WRITE_OUTSTANDING " + outstanding
            : "READ_ONLY";
    return "PROTOCOL AXI4, %s, ID_WIDTH %d, MAX_BURST_LENGTH %d, NUM_READ_OUTSTANDING %d, READ_WRITE_MODE %s"
        .formatted(widths, ports.get("arid").width(), CardMemory.BURST_BEATS, outstanding, access);
  }
}

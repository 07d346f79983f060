package dev.heddle.accel.export;

import dev.heddle.hdl.verilog.VerilogDesign.Port;
import dev.heddle.hdl.verilog.VerilogLibrary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The ports of a machine by the interfaces that they form: tools know an AXI interface by the names
 * of its ports, {@code s_axi_ctrl_awaddr} for instance, which is AWADDR of the interface {@code
 * s_axi_ctrl}.
 *
 * @param buses the AXI interfaces, that of the registers first
 */
record CoreInterfaces(List<Bus> buses) {
  /** The clock of all interfaces. */
  static final String CLOCK = "clk";

  /** The reset of all interfaces, active high and synchronous. */
  static final String RESET = "reset";

  /** The interrupt, a level. */
  static final String INTERRUPT = "irq";

  private static final String SLAVE = "s_axi_";
  private static final String MASTER = "m_axi_";

  /**
   * An AXI interface.
   *
   * @param name its name, with which its ports begin
   * @param ports its ports by their names in AXI, such as {@code awaddr}
   */
  record Bus(String name, Map<String, Port> ports) {
    /** Whether the machine asks here, as it does memory; else it is asked, as registers are. */
    boolean isMaster() {
      return name.startsWith(MASTER);
    }

    /** Whether it is AXI4-Lite, which has no bursts. */
    boolean isLite() {
      return !ports.containsKey("arlen");
    }

    /** Bits of a port, by its name in AXI. */
    int width(String port) {
      return ports.get(port).width();
    }

    /** The channel that a port belongs to: its name in AXI begins with it. */
    static String channel(String port) {
      return port.substring(0, port.startsWith("a") ? 2 : 1);
    }

    /** The name in AXI of a port of this interface in capitals. */
    static String logical(String port) {
      return port.toUpperCase(Locale.ROOT);
    }
  }

  /** The interfaces of a library's top module. */
  static CoreInterfaces of(VerilogLibrary library) {
    Map<String, Map<String, Port>> buses = new LinkedHashMap<>();
    for (Port port : library.ports()) {
      if (port.name().startsWith(SLAVE) || port.name().startsWith(MASTER)) {
        int end = port.name().lastIndexOf('_');
        buses
            .computeIfAbsent(port.name().substring(0, end), name -> new LinkedHashMap<>())
            .put(port.name().substring(end + 1), port);
      }
    }
    return new CoreInterfaces(
        buses.entrySet().stream().map(bus -> new Bus(bus.getKey(), bus.getValue())).toList());
  }
}

package dev.heddle.fpga;

import dev.heddle.lib.sdram.SdramDevice;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The SDRAM chip of a board; its clock is that of the core, a quarter of a cycle late, so that
 * commands are stable around its edges and words around those of the core.
 *
 * @param device the chip
 * @param pins its pins by the ports of the top level; none when it is in the package of the FPGA,
 *     where the tools find it by the names that those ports have
 */
public record BoardSdram(SdramDevice device, Map<String, Pin> pins) {
  /** The clock of the chip. */
  static final String CLOCK = "sdram_clk";

  /** The data of the chip, in both directions. */
  static final String DATA = "sdram_dq";

  private static final String BANK = "sdram_ba";
  private static final String ADDRESS = "sdram_a";
  private static final String MASK = "sdram_dqm";
  private static final List<String> CONTROLS =
      List.of("sdram_cke", "sdram_cs_n", "sdram_ras_n", "sdram_cas_n", "sdram_we_n");

  /** What tools for Gowin call a chip in the package, where that is more than a prefix. */
  private static final Map<String, String> NAMES_IN_PACKAGE =
      Map.of("sdram_we_n", "O_sdram_wen_n", ADDRESS, "O_sdram_addr", DATA, "IO_sdram_dq");

  /**
   * A chip whose pins are at these sites, each list in a string with spaces between.
   *
   * @param controls sites of cke, cs_n, ras_n, cas_n and we_n
   * @param banks sites of the bank, the lowest bit first
   */
  static BoardSdram of(
      SdramDevice device,
      String clock,
      String controls,
      String banks,
      String addresses,
      String masks,
      String data) {
    Map<String, Pin> pins = new LinkedHashMap<>();
    pins.put(CLOCK, Pin.at(clock));
    List<Pin> controlPins = pins(controls);
    for (int i = 0; i < CONTROLS.size(); i++) {
      pins.put(CONTROLS.get(i), controlPins.get(i));
    }
    put(pins, BANK, banks);
    put(pins, ADDRESS, addresses);
    put(pins, MASK, masks);
    put(pins, DATA, data);
    return new BoardSdram(device, pins);
  }

  /** A chip in the package of a Gowin FPGA. */
  static BoardSdram inPackage(SdramDevice device) {
    return new BoardSdram(device, Map.of());
  }

  private static List<Pin> pins(String sites) {
    return Arrays.stream(sites.split(" ")).map(Pin::at).toList();
  }

  private static void put(Map<String, Pin> pins, String port, String sites) {
    List<Pin> ofPort = pins(sites);
    for (int i = 0; i < ofPort.size(); i++) {
      pins.put("%s[%d]".formatted(port, i), ofPort.get(i));
    }
  }

  /** Whether the chip is in the package of the FPGA. */
  public boolean isInPackage() {
    return pins.isEmpty();
  }

  /** Ports of the core that the top level passes on to the chip, and their widths. */
  Map<String, Integer> outputs() {
    Map<String, Integer> outputs = new LinkedHashMap<>();
    CONTROLS.forEach(name -> outputs.put(name, 1));
    outputs.put(BANK, device.bankBits());
    outputs.put(ADDRESS, device.rowBits());
    outputs.put(MASK, device.bytes());
    return outputs;
  }

  /** The port of the top level for the clock, the data or an output of the core. */
  String port(String signal) {
    return isInPackage() ? NAMES_IN_PACKAGE.getOrDefault(signal, "O_" + signal) : signal;
  }
}

package dev.heddle.fpga;

import dev.heddle.lib.sdram.SdramDevice;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The SDRAM chip of a board with its pins; its clock is that of the core, a quarter of a cycle
 * late, so that commands are stable around its edges and words around those of the core.
 *
 * @param device the chip
 * @param clock pin of its clock
 * @param controls pins of cke, cs_n, ras_n, cas_n and we_n
 * @param banks pins of the bank, the lowest bit first
 * @param addresses pins of the address
 * @param masks pins of the byte masks
 * @param data pins of the data
 */
public record BoardSdram(
    SdramDevice device,
    Pin clock,
    List<Pin> controls,
    List<Pin> banks,
    List<Pin> addresses,
    List<Pin> masks,
    List<Pin> data) {
  private static final List<String> CONTROLS = List.of("cke", "cs_n", "ras_n", "cas_n", "we_n");

  /** A chip whose pins are at these sites, each list in a string with spaces between. */
  static BoardSdram of(
      SdramDevice device,
      String clock,
      String controls,
      String banks,
      String addresses,
      String masks,
      String data) {
    return new BoardSdram(
        device,
        Pin.at(clock),
        pins(controls),
        pins(banks),
        pins(addresses),
        pins(masks),
        pins(data));
  }

  private static List<Pin> pins(String sites) {
    return Arrays.stream(sites.split(" ")).map(Pin::at).toList();
  }

  /** Ports of the core that the top level passes on to the chip, and their widths. */
  Map<String, Integer> outputs() {
    Map<String, Integer> outputs = new LinkedHashMap<>();
    CONTROLS.forEach(name -> outputs.put("sdram_" + name, 1));
    outputs.put("sdram_ba", device.bankBits());
    outputs.put("sdram_a", device.rowBits());
    outputs.put("sdram_dqm", device.bytes());
    return outputs;
  }

  /** Ports of the top level and their pins. */
  Map<String, Pin> pins() {
    Map<String, Pin> pins = new LinkedHashMap<>();
    pins.put("sdram_clk", clock);
    for (int i = 0; i < CONTROLS.size(); i++) {
      pins.put("sdram_" + CONTROLS.get(i), controls.get(i));
    }
    put(pins, "sdram_ba", banks);
    put(pins, "sdram_a", addresses);
    put(pins, "sdram_dqm", masks);
    put(pins, "sdram_dq", data);
    return pins;
  }

  private static void put(Map<String, Pin> pins, String port, List<Pin> sites) {
    for (int i = 0; i < sites.size(); i++) {
      pins.put("%s[%d]".formatted(port, i), sites.get(i));
    }
  }
}

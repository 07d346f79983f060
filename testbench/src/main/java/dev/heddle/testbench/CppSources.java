package dev.heddle.testbench;

import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The C++ sources of the simulator: fixed ones from the resources, and the table of the ports. */
final class CppSources {
  /** Compiled once for all designs. */
  static final List<String> RUNTIME =
      List.of(
          "hooks.cpp",
          "instance.cpp",
          "trace_window.cpp",
          "memory_timing.cpp",
          "ddr_timing.cpp",
          "axi_pins.cpp",
          "axi_port.cpp",
          "register_port.cpp",
          "machine.cpp",
          "sdram_chip.cpp",
          "axi_traffic.cpp",
          "part.cpp",
          "abi.cpp");

  /** Compiled with the model of each design. */
  static final String DESIGN = "design.cpp";

  /** The main program of {@link StandaloneSimulator}. */
  static final String STANDALONE = "standalone.cpp";

  /** Included first in every file. */
  static final String FORCED_INCLUDE = "hooks.h";

  /** What the library exports. */
  static final String EXPORTS = "exports.map";

  /** Prefix of the C++ classes that Verilator writes. */
  static final String MODEL = "Vmodel";

  private static final List<String> HEADERS =
      List.of(
          FORCED_INCLUDE,
          "heddle_sim.h",
          "design.h",
          "archive.h",
          "failure.h",
          "instance.h",
          "trace_window.h",
          "pin.h",
          "memory_timing.h",
          "axi_pins.h",
          "axi_port.h",
          "register_port.h",
          "machine.h",
          "part.h",
          "sdram_chip.h",
          "axi_traffic.h",
          EXPORTS);

  private final Map<String, String> texts = new LinkedHashMap<>();

  CppSources() {
    for (List<String> names : List.of(HEADERS, RUNTIME, List.of(DESIGN, STANDALONE))) {
      for (String name : names) {
        texts.put(name, resource(name));
      }
    }
  }

  /** Names and texts of all fixed sources, for the cache key. */
  String all() {
    return String.join("\0", texts.keySet()) + String.join("\0", texts.values());
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, String> source : texts.entrySet()) {
      Files.writeString(folder.resolve(source.getKey()), source.getValue(), StandardCharsets.UTF_8);
    }
  }

  private static String resource(String name) {
    try (InputStream in = CppSources.class.getResourceAsStream("cpp/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the resource cpp/" + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final Pattern SIGNAL =
      Pattern.compile("VL_(?:IN|OUT|INOUT)(?:8|16|64|W)?\\(&?(\\w+),(\\d+),(\\d+)");

  /**
   * The table of the ports, with the names that Verilator gave them.
   *
   * @param header text of the model's header
   * @throws BuildException if the design does not have the ports that it claims
   */
  static String portTable(VerilogDesign design, String header) {
    Map<String, Integer> widths = new LinkedHashMap<>();
    Matcher matcher = SIGNAL.matcher(header);
    while (matcher.find()) {
      int width = Integer.parseInt(matcher.group(2)) - Integer.parseInt(matcher.group(3)) + 1;
      widths.put(matcher.group(1), width);
    }
    StringBuilder table = new StringBuilder();
    for (Port port : design.ports()) {
      // Verilator escapes double underscores, and marks names that are C++ keywords.
      String escaped = port.name().replace("__", "___05F");
      String signal = widths.containsKey(escaped) ? escaped : "__SYM__" + escaped;
      Integer width = widths.get(signal);
      if (width == null) {
        throw new BuildException(
            "module %s has no port %s in its Verilog text".formatted(design.top(), port.name()));
      }
      if (width != port.width()) {
        throw new BuildException(
            "port %s of module %s has %d bits in the Verilog text but is declared with %d"
                .formatted(port.name(), design.top(), width, port.width()));
      }
      table.append(
          "PORT(\"%s\", %d, %b, %s)%n".formatted(port.name(), port.width(), port.input(), signal));
    }
    return table.toString();
  }
}

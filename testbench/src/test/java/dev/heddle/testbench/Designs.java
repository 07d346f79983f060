package dev.heddle.testbench;

import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The hand-written Verilog of the tests; the ports are read from the text of the last module. */
final class Designs {
  private static final Pattern PORT =
      Pattern.compile("\\b(input|output)(?: reg)?(?: \\[(\\d+):0\\])? (\\w+)");

  private Designs() {}

  static VerilogDesign of(String resource) {
    return ofText(text(resource));
  }

  static String text(String resource) {
    try (InputStream in = Designs.class.getResourceAsStream(resource + ".v")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static VerilogDesign ofText(String text) {
    String module = text.substring(text.lastIndexOf("\nmodule ") + 1);
    String top = module.substring("module ".length(), module.indexOf('('));
    List<Port> ports = new ArrayList<>();
    Matcher matcher = PORT.matcher(module.substring(0, module.indexOf(");")));
    while (matcher.find()) {
      int width = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2)) + 1;
      ports.add(new Port(matcher.group(3), width, matcher.group(1).equals("input")));
    }
    return new VerilogDesign(top, text, ports);
  }
}

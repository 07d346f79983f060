package dev.heddle.accel.export;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.ShelledMachine;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import dev.heddle.hdl.verilog.VerilogLibrary;
import dev.heddle.hdl.verilog.VerilogWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A machine with its shell as Verilog; the top module lets the shell reset the machine. */
public final class ShelledDesign {
  private static final Set<String> INNER = Set.of("machine_reset", "restart");

  private final VerilogLibrary core;
  private final String top;
  private final String notice;

  /**
   * The design of a machine.
   *
   * @param memoryBytes bytes of card memory; 0 where it is memory of the host
   * @param notice comment lines that every file begins with, may be empty
   */
  public ShelledDesign(Configuration configuration, long memoryBytes, String notice) {
    core = VerilogWriter.writeLibrary(new ShelledMachine(configuration, memoryBytes), notice);
    top = core.top().replaceFirst("_core$", "");
    this.notice = notice;
  }

  private List<Port> ports() {
    return core.ports().stream().filter(port -> !INNER.contains(port.name())).toList();
  }

  /** A file for each module. */
  public VerilogLibrary library() {
    List<VerilogLibrary.Module> modules = new ArrayList<>(core.modules());
    modules.add(new VerilogLibrary.Module(top, text()));
    return new VerilogLibrary(top, modules, ports());
  }

  /** All of it in one text. */
  public VerilogDesign design() {
    StringBuilder text = new StringBuilder();
    library().modules().forEach(module -> text.append(module.text()).append('\n'));
    return new VerilogDesign(top, text.toString(), ports());
  }

  private String text() {
    List<String> header = new ArrayList<>();
    List<String> connections = new ArrayList<>();
    for (Port port : ports()) {
      String range = port.width() == 1 ? "" : "[%d:0] ".formatted(port.width() - 1);
      header.add(
          "  %s wire %s%s".formatted(port.input() ? "input " : "output", range, port.name()));
      connections.add("    .%1$s(%1$s)".formatted(port.name()));
    }
    connections.add("    .machine_reset(reset || restart)");
    connections.add("    .restart(restart)");
    StringBuilder comment = new StringBuilder();
    notice.lines().forEach(line -> comment.append("// ").append(line).append('\n'));
    return """
        %s`default_nettype none

        // The machine %s, which its shell resets.
        module %s (
        %s
        );
          wire restart;

          %s core (
        %s
          );
        endmodule

        `default_nettype wire
        """
        .formatted(
            comment,
            core.top(),
            top,
            String.join(",\n", header),
            core.top(),
            String.join(",\n", connections));
  }
}

package dev.heddle.hdl.verilog;

import java.util.List;

/**
 * A complete design in Verilog as one source file for each module, for a project with other
 * designs: the name of every module below the top begins with the name of the top.
 *
 * @param top name of the top module, the last of {@code modules}
 * @param modules all modules, children before parents
 * @param ports ports of the top module in declaration order, clocks and resets included
 */
public record VerilogLibrary(String top, List<Module> modules, List<VerilogDesign.Port> ports) {
  public VerilogLibrary {
    modules = List.copyOf(modules);
    ports = List.copyOf(ports);
  }

  /**
   * One module.
   *
   * @param name Verilog name
   * @param text Verilog-2005 source of a file that holds the module alone
   */
  public record Module(String name, String text) {}
}

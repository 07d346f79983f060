package dev.heddle.hdl.verilog;

import java.util.List;

/**
 * A complete design as Verilog text: the top module, everything below it, and the ports of the top.
 *
 * @param top name of the top module in {@code text}
 * @param text Verilog-2005 source of all modules, children before parents
 * @param ports ports of the top module in declaration order, clocks and resets included
 */
public record VerilogDesign(String top, String text, List<Port> ports) {
  public VerilogDesign {
    ports = List.copyOf(ports);
  }

  /**
   * One port of the top module.
   *
   * @param name Verilog name
   * @param width bits, 1 or more
   * @param input whether the design reads it
   */
  public record Port(String name, int width, boolean input) {}
}

package dev.heddle.fpga;

import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogLibrary;
import dev.heddle.hdl.verilog.VerilogWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a board with a serial line:
 *
 * <pre>
 *   heddle_BOARD.v         the top module: PLL, reset, pins
 *   heddle_BOARD_core*.v   the modules below it, one a file
 *   heddle_BOARD.pcf       pins and clock, or .lpf, .cst, .xdc
 *   build.sh               the commands
 *   build.tcl              what Vivado does, where it is the tool
 * </pre>
 */
public final class SerialBoardDesign implements BoardDesign {
  private final SerialBoard board;
  private final VerilogLibrary core;

  /** The design of a board. */
  public SerialBoardDesign(SerialBoard board) {
    this.board = board;
    this.core = VerilogWriter.writeLibrary(new BoardCore(board), NOTICE);
  }

  @Override
  public Flow flow() {
    List<String> sources = new ArrayList<>();
    sources.add(board.top() + ".v");
    core.modules().forEach(module -> sources.add(module.name() + ".v"));
    return new SerialBoardFlow(board, sources);
  }

  @Override
  public Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(board.top() + ".v", new BoardShell(board, core.top(), false).verilog());
    core.modules().forEach(module -> files.put(module.name() + ".v", module.text()));
    files.put(ConstraintFile.name(board), ConstraintFile.text(board));
    files.put("build.sh", flow().script());
    if (!board.device().family().hasFreeTools()) {
      files.put(VivadoScript.FILE, VivadoScript.text());
    }
    return files;
  }

  /**
   * The same top module for a simulator, with a model of the PLL that passes its clock on: {@code
   * clock_in} then has the rate of the clock inside. The data pins of an SDRAM are split in three.
   */
  public VerilogDesign simulation() {
    BoardShell shell = new BoardShell(board, core.top(), true);
    StringBuilder text = new StringBuilder(shell.verilog());
    core.modules().forEach(module -> text.append('\n').append(module.text()));
    text.append('\n').append(Pll.of(board).model());
    return new VerilogDesign(board.top(), text.toString(), shell.ports());
  }
}

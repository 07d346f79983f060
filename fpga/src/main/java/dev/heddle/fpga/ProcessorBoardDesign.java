package dev.heddle.fpga;

import dev.heddle.accel.export.ShelledDesign;
import dev.heddle.hdl.verilog.VerilogLibrary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a board whose host is the processor beside the logic:
 *
 * <pre>
 *   heddle_BOARD.v           the machine with its shell, for a block design
 *   heddle_MACHINE_shelled*.v   the modules below it, one a file
 *   build.tcl                what Vivado does: the block design, the bitstream, the platform
 *   heddle_BOARD.bif         what bootgen makes of the bitstream: the form that Linux loads
 *   heddle_BOARD.dtsi        tells Linux of the machine: an overlay of its device tree
 *   build.sh                 the commands
 * </pre>
 */
public final class ProcessorBoardDesign implements BoardDesign {
  private final ProcessorBoard board;
  private final VerilogLibrary core;
  private final ProcessorBoardTop top;

  /** The design of a board. */
  public ProcessorBoardDesign(ProcessorBoard board) {
    this.board = board;
    // The memory is the host's, who says where it begins.
    this.core = new ShelledDesign(board.configuration(), 0, NOTICE).library();
    this.top = new ProcessorBoardTop(board, core);
  }

  @Override
  public ProcessorBoardFlow flow() {
    return new ProcessorBoardFlow(board);
  }

  @Override
  public Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(board.top() + ".v", top.verilog());
    core.modules().forEach(module -> files.put(module.name() + ".v", module.text()));
    List<String> sources = new ArrayList<>(files.keySet());
    ProcessorBoardFlow flow = flow();
    files.put(VivadoScript.FILE, BlockDesignScript.text(board, top, sources, flow));
    files.put(
        ProcessorBoardFlow.imageFile(board), "all:\n{\n  " + board.vivadoBitstream() + "\n}\n");
    files.put(DeviceTreeOverlay.file(board), DeviceTreeOverlay.text(board));
    files.put("build.sh", flow.script());
    return files;
  }
}

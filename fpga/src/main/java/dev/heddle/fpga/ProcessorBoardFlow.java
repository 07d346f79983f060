package dev.heddle.fpga;

import java.util.List;

/**
 * The commands that make what a board's own Linux loads: the bitstream by Vivado, its other form by
 * bootgen, which comes with Vivado, and the overlay of the device tree by dtc.
 */
record ProcessorBoardFlow(ProcessorBoard board) implements Flow {
  /** Name of the file that tells bootgen what to take. */
  static String imageFile(Board board) {
    return board.top() + ".bif";
  }

  @Override
  public List<FlowStep> steps() {
    return List.of(
        new FlowStep(
            "bitstream",
            List.of(VivadoScript.PROGRAM, "-mode", "batch", "-source", VivadoScript.FILE)),
        new FlowStep(
            "bitstream for Linux",
            List.of(
                "bootgen",
                "-image",
                imageFile(board),
                "-arch",
                "zynqmp",
                "-process_bitstream",
                "bin",
                "-w")),
        new FlowStep(
            "device tree",
            List.of(
                "dtc",
                "-@",
                "-I",
                "dts",
                "-O",
                "dtb",
                "-o",
                board.deviceTree(),
                DeviceTreeOverlay.file(board))));
  }
}

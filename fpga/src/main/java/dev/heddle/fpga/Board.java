package dev.heddle.fpga;

import dev.heddle.accel.Configuration;
import java.util.List;

/**
 * A board, once: sources, commands and documents come from here. The host reaches it by a serial
 * line, or is the processor beside its logic.
 */
public sealed interface Board permits SerialBoard, ProcessorBoard {
  /** As commands take it, lower case. */
  String name();

  /** As its maker calls it. */
  String title();

  /** Its FPGA. */
  FpgaDevice device();

  /** Clock of the machine. */
  long clockHz();

  /** The machine. */
  Configuration configuration();

  /** Bytes of card memory. */
  long memoryBytes();

  /** Bytes that card memory moves in a cycle at most. */
  int memoryBytesPerCycle();

  /** Where what is said of it is from. */
  List<String> sources();

  /**
   * The board with another machine.
   *
   * @throws IllegalArgumentException when the board cannot have it
   */
  Board withMachine(Configuration machine);

  /** What becomes its bitstream. */
  BoardDesign design();

  /** Name of the file that it is loaded with. */
  String bitstream();

  /** Name of the top module, and of the files. */
  default String top() {
    return "heddle_" + name().replace('-', '_');
  }
}

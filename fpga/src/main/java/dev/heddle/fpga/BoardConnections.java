package dev.heddle.fpga;

/** What the page of a board says of how its machine is connected, and of how it is started. */
interface BoardConnections {
  /** Where the clock comes from. */
  String clock();

  /** What card memory is. */
  String memory();

  /** How the host reaches the machine. */
  String link();

  /** Sections on connections, and on the commands that start the board. */
  String sections();

  /** The connections of a board. */
  static BoardConnections of(Board board) {
    return board instanceof ProcessorBoard processor
        ? new ProcessorConnections(processor)
        : new SerialConnections((SerialBoard) board);
  }
}

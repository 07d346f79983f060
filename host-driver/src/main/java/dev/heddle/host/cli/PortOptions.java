package dev.heddle.host.cli;

import dev.heddle.host.board.VirtualPort;
import dev.heddle.host.link.SerialLine;
import dev.heddle.host.serial.SerialPort;
import picocli.CommandLine.Option;

/** The options that say how a serial port is opened. */
final class PortOptions {
  @Option(
      names = "--baud",
      paramLabel = "N",
      defaultValue = "3000000",
      description = "Rate that a board's serial port starts with. Default: ${DEFAULT-VALUE}.")
  private int baud;

  @Option(
      names = "--virtual",
      description = {
        "The board behind the port is simulated: it is waited for "
            + VirtualPort.SLOWNESS
            + " times",
        "as long, and nothing is measured by the host's time."
      })
  private boolean virtual;

  /** The rate that it starts with. */
  int baud() {
    return baud;
  }

  /** Whether the board behind the port is simulated. */
  boolean isVirtual() {
    return virtual;
  }

  /** Opens a port. */
  SerialLine open(String path) {
    SerialLine port = SerialPort.open(path, baud);
    return virtual ? new VirtualPort(port) : port;
  }
}

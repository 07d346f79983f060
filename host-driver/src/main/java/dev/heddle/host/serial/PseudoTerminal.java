package dev.heddle.host.serial;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import dev.heddle.host.link.LineLostException;
import dev.heddle.host.linux.Libc;
import dev.heddle.host.transport.TransportException;

/**
 * The board's side of a pseudo-terminal: what a virtual board has in place of the pins of its
 * serial port. Programs open {@link #port} as they open the port of a real board; closing this side
 * is pulling the plug.
 */
public final class PseudoTerminal extends TerminalLine {
  private static final int NAME_BYTES = 64;
  private static final int ANY_BAUD = 115_200;

  private final String port;
  private final SerialPort held;

  private PseudoTerminal(int file, String port) {
    super("the board's side of " + port, file);
    this.port = port;
    // While nobody has the other side open, this one would be hung up.
    this.held = SerialPort.open(port, ANY_BAUD, false);
  }

  /**
   * A new pseudo-terminal.
   *
   * @throws TransportException when the system has none
   */
  public static PseudoTerminal open() {
    try {
      int file = Libc.posix_openpt(Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
      Libc.grantpt(file);
      Libc.unlockpt(file);
      try (Memory name = new Memory(NAME_BYTES)) {
        Libc.ptsname_r(file, name, new NativeLong(NAME_BYTES));
        return new PseudoTerminal(file, name.getString(0));
      }
    } catch (LastErrorException e) {
      throw new TransportException(
          "there is no pseudo-terminal to be had: " + Libc.strerror(e.getErrorCode()), e);
    }
  }

  /** Path of the other side. */
  public String port() {
    return port;
  }

  /** The rate that the program on the other side has set. */
  @Override
  public int baud() {
    try {
      return SerialPort.baud(file());
    } catch (LastErrorException e) {
      throw new LineLostException("%s: %s".formatted(name(), Libc.strerror(e.getErrorCode())), e);
    }
  }

  @Override
  public void setBaud(int baud) {
    throw new UnsupportedOperationException("the other side sets the rate");
  }

  @Override
  public void close() {
    held.close();
    super.close();
  }
}

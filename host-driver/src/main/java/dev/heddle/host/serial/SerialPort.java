package dev.heddle.host.serial;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import dev.heddle.host.link.LineLostException;
import dev.heddle.host.linux.Libc;

/**
 * A serial port of Linux, at any rate that its driver makes: eight bits, no parity, one stop bit,
 * no flow control, every byte as it is.
 *
 * <p>The rate is set through {@code struct termios2} (BOTHER), which has no list of rates; the port
 * is opened for this program alone. An adapter that gathers what comes back, as those of FTDI do
 * for 16 ms, is asked to hand it over at once.
 */
public final class SerialPort extends TerminalLine {
  private static final int TERMIOS_BYTES = 44;
  private static final int IFLAG = 0;
  private static final int OFLAG = 4;
  private static final int CFLAG = 8;
  private static final int LFLAG = 12;
  private static final int VTIME = 17 + 5;
  private static final int VMIN = 17 + 6;
  private static final int ISPEED = 36;
  private static final int OSPEED = 40;

  private static final int CS8 = 0x30;
  private static final int CREAD = 0x80;
  private static final int CLOCAL = 0x800;
  private static final int BOTHER = 0x1000;

  private static final int BOTH_QUEUES = 2;

  private static final int SERIAL_BYTES = 72;
  private static final int FLAGS = 16;
  private static final int ASYNC_LOW_LATENCY = 0x2000;

  private int baud;
  private boolean exclusive;

  private SerialPort(String path, int file) {
    super(path, file);
  }

  /**
   * Opens a port.
   *
   * @param path such as {@code /dev/ttyUSB1}, or a link in {@code /dev/serial/by-id}
   * @throws LineLostException when it is not there, may not be opened, or has not this rate
   */
  public static SerialPort open(String path, int baud) {
    return open(path, baud, true);
  }

  /**
   * Opens a port.
   *
   * @param exclusive whether other programs are kept from opening it
   */
  static SerialPort open(String path, int baud, boolean exclusive) {
    int flags = Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
    int file;
    try {
      file = Libc.open(path, flags);
    } catch (LastErrorException e) {
      throw new LineLostException(refusal(path, e.getErrorCode()), e);
    }
    SerialPort port = new SerialPort(path, file);
    try {
      if (exclusive) {
        // The lock keeps those out whom the terminal lets in: the administrator.
        Libc.flock(file, Libc.LOCK_EX_NB);
        Libc.ioctl(file, Libc.TIOCEXCL, 0);
        port.exclusive = true;
      }
      port.configure(baud);
      port.hurry();
      Libc.ioctl(file, Libc.TCFLSH, BOTH_QUEUES);
      return port;
    } catch (LastErrorException e) {
      port.close();
      throw new LineLostException(refusal(path, e.getErrorCode()), e);
    } catch (RuntimeException e) {
      port.close();
      throw e;
    }
  }

  private static String refusal(String path, int error) {
    return switch (error) {
      case Libc.ENOENT, Libc.ENODEV, Libc.ENXIO ->
          "there is no port %s; plug the board in; /dev/serial/by-id names the ports there are"
              .formatted(path);
      case Libc.EACCES ->
          "%s may not be opened by this user; join the group it belongs to (sudo usermod -aG dialout $USER) and log in again"
              .formatted(path);
      case Libc.EBUSY, Libc.EAGAIN ->
          "%s is open in another program; close that one".formatted(path);
      case Libc.ENOTTY -> "%s is no serial port".formatted(path);
      default -> "%s: %s".formatted(path, Libc.strerror(error));
    };
  }

  private void configure(int baud) {
    try (Memory settings = new Memory(TERMIOS_BYTES)) {
      Libc.ioctl(file(), Libc.TCGETS2, settings);
      settings.setInt(IFLAG, 0);
      settings.setInt(OFLAG, 0);
      settings.setInt(LFLAG, 0);
      settings.setInt(CFLAG, CS8 | CREAD | CLOCAL | BOTHER);
      settings.setByte(VTIME, (byte) 0);
      settings.setByte(VMIN, (byte) 1);
      settings.setInt(ISPEED, baud);
      settings.setInt(OSPEED, baud);
      Libc.ioctl(file(), Libc.TCSETS2, settings);
    }
    int made = baud(file());
    if (made != baud) {
      throw new LineLostException(
          "%s has %d baud instead of %d; name a rate that its adapter makes"
              .formatted(name(), made, baud));
    }
    this.baud = baud;
  }

  /** Many drivers have no such flag, and the port works without it. */
  private void hurry() {
    try (Memory settings = new Memory(SERIAL_BYTES)) {
      Libc.ioctl(file(), Libc.TIOCGSERIAL, settings);
      settings.setInt(FLAGS, settings.getInt(FLAGS) | ASYNC_LOW_LATENCY);
      Libc.ioctl(file(), Libc.TIOCSSERIAL, settings);
    } catch (LastErrorException e) {
      // Answers come as soon as the driver lets them.
    }
  }

  /** The rate that a terminal has; of the board's side of a pseudo-terminal that of the other. */
  static int baud(int file) {
    try (Memory settings = new Memory(TERMIOS_BYTES)) {
      Libc.ioctl(file, Libc.TCGETS2, settings);
      return settings.getInt(OSPEED);
    }
  }

  @Override
  public int baud() {
    return baud;
  }

  @Override
  public void setBaud(int baud) {
    try {
      Libc.ioctl(file(), Libc.TCSBRK, 1);
      configure(baud);
    } catch (LastErrorException e) {
      throw new LineLostException(refusal(name(), e.getErrorCode()), e);
    }
  }

  /** Lets others in again: a terminal that somebody holds open would keep them out for good. */
  @Override
  public void close() {
    if (exclusive) {
      exclusive = false;
      try {
        Libc.ioctl(file(), Libc.TIOCNXCL, 0);
      } catch (LastErrorException e) {
        // The device is gone, and with it who it kept out.
      }
    }
    super.close();
  }
}

package dev.heddle.host.linux;

/** A call of the system failed, with a number that a driver chose. */
public final class SystemCallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int number;

  /** A failure with a number of errno.h. */
  public SystemCallException(int number) {
    this(number, null);
  }

  /** A failure with the exception that revealed it. */
  public SystemCallException(int number, Throwable cause) {
    super("error %d, %s".formatted(number, Libc.strerror(number)), cause);
    this.number = number;
  }

  /** The number of errno.h. */
  public int number() {
    return number;
  }
}

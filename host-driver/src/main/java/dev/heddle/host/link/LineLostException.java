package dev.heddle.host.link;

/** A line is not there, or no longer: unplugged, or its board without power. */
public final class LineLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A loss. */
  public LineLostException(String message) {
    super(message);
  }

  /** A loss with the exception that revealed it. */
  public LineLostException(String message, Throwable cause) {
    super(message, cause);
  }
}

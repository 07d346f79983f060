package dev.heddle.host.cli;

/** A command cannot do what it was asked for. The message is for the user. */
final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure that no exception revealed. */
  CommandFailedException(String message) {
    super(message);
  }

  /** A failure. */
  CommandFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}

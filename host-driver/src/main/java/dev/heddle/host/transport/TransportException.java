package dev.heddle.host.transport;

/** A machine cannot be reached or does not do as asked. The message says what to do about it. */
public class TransportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error. */
  public TransportException(String message) {
    super(message);
  }

  /** An error with the exception that revealed it. */
  public TransportException(String message, Throwable cause) {
    super(message, cause);
  }
}

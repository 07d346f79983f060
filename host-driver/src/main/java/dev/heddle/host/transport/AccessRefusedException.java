package dev.heddle.host.transport;

/** A machine is reached, but refuses an access: what was asked for is not there. */
public final class AccessRefusedException extends TransportException {
  private static final long serialVersionUID = 1L;

  /** A refusal. */
  public AccessRefusedException(String message) {
    super(message);
  }
}

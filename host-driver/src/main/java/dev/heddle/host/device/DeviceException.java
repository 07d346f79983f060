package dev.heddle.host.device;

/** A device cannot be used, or not for this. The message says what to do about it. */
public final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error. */
  public DeviceException(String message) {
    super(message);
  }

  /** An error with the exception that revealed it. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}

package dev.heddle.host.bench;

/** A benchmark could not give a figure that means something. */
public final class BenchmarkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure with its reason. */
  public BenchmarkException(String message) {
    super(message);
  }

  /** A failure with its cause. */
  public BenchmarkException(String message, Throwable cause) {
    super(message, cause);
  }
}

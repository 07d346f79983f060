package dev.heddle.hdl;

/**
 * A mistake in a design. The first stack frame outside this package is the line that made it; a
 * mistake that shows only when a component is complete names its lines in the message.
 */
public final class HdlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with a message in the manner of {@link String#format}. */
  public HdlException(String format, Object... arguments) {
    super(String.format(format, arguments));
  }
}

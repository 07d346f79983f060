package dev.heddle.host.runtime;

/** A sequence would become longer than the model's context. */
public final class ContextFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** So many more tokens behind so many do not fit a context. */
  ContextFullException(int length, int more, int context) {
    super(
        length == 0
            ? "%d tokens do not fit the model's context of %d; use a shorter prompt"
                .formatted(more, context)
            : "the model's context of %d tokens is full: %d are read, and %d more do not fit"
                .formatted(context, length, more));
  }
}

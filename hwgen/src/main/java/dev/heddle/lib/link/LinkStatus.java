package dev.heddle.lib.link;

import java.util.Optional;

/** How a request ended, in the reply. */
public enum LinkStatus {
  /** It was carried out. */
  DONE,

  /** It had been carried out before and was not again. */
  REPEATED,

  /** The machine or the card memory refused an access; the payload is its address, 4 bytes. */
  BUS_ERROR,

  /** The board does not know the operation. */
  UNKNOWN_OPERATION,

  /** The length does not fit the operation, the payload or the board, or a count is too large. */
  BAD_LENGTH,

  /** The number lies outside the window, or no session was begun since the board started. */
  UNEXPECTED,

  /** Nobody asked: the interrupt of the machine has risen. Number and operation are 0. */
  INTERRUPT;

  /** The number in a frame. */
  public int code() {
    return ordinal();
  }

  /** Whether the request is carried out, and its number used up. */
  public boolean succeeded() {
    return this == DONE || this == REPEATED;
  }

  /** The status with a number, if there is one. */
  public static Optional<LinkStatus> of(int code) {
    return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
  }
}

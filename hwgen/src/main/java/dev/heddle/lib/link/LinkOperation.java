package dev.heddle.lib.link;

import java.util.Optional;

/**
 * What a host asks of a board in one request.
 *
 * <pre>
 *   operation        address         payload down     payload up
 *   HELLO            session or 0    -                description ({@link LinkDescription})
 *   READ             card memory     -                {@code length} bytes
 *   WRITE            card memory     the bytes        -
 *   READ_REGISTER    byte offset     -                4 bytes
 *   WRITE_REGISTER   byte offset     4 bytes          -
 *   CHECK            card memory     4 bytes: count   4 bytes: CRC-32C of {@code count} bytes
 *   LOOPBACK         -               any              the same
 *   RATE             -               4 bytes: period  -
 *   RESET            -               -                -
 * </pre>
 */
public enum LinkOperation {
  /** Tells what the board is; with an address other than 0 begins the session of that number. */
  HELLO(true),

  /** Reads card memory. */
  READ(true),

  /** Writes card memory. */
  WRITE(false),

  /** Reads one register of the machine. */
  READ_REGISTER(true),

  /** Writes one register of the machine. */
  WRITE_REGISTER(false),

  /**
   * Computes the CRC-32C of a range of card memory, so that it need not be read back. The count has
   * at most {@link LinkProtocol#CHECK_BITS}.
   */
  CHECK(true),

  /** Sends the payload back, to measure the link. */
  LOOPBACK(true),

  /**
   * Changes the rate of the line, as a period ({@link dev.heddle.lib.UartPeriod}); the reply still
   * has the old one. Without a sound frame within {@link LinkProtocol#RATE_TRIAL_MILLIS} the board
   * goes back.
   */
  RATE(true),

  /** Resets the machine; card memory, session and rate stay. */
  RESET(false);

  private final boolean repeatable;

  LinkOperation(boolean repeatable) {
    this.repeatable = repeatable;
  }

  /** The number in a frame. */
  public int code() {
    return ordinal();
  }

  /**
   * Whether the board carries out a request that comes again: it changes nothing, and the reply is
   * wanted. Others are carried out once, however often they come.
   */
  public boolean repeatable() {
    return repeatable;
  }

  /** The operation with a number, if there is one. */
  public static Optional<LinkOperation> of(int code) {
    return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
  }
}

package dev.heddle.lib.link;

/**
 * The protocol between a host and a board on a line of bytes: the one definition that the bridge in
 * hardware, its model and the transport of the host share.
 *
 * <pre>
 *   frame    00 | COBS( header 8 | payload 0..max | CRC-32C 4 ) | 00
 *
 *   request  number 8 | operation 8               | length 16             | address 32
 *   reply    number 8 | operation 4 status 3 irq 1 | base 8 | credit 8     | applied 32
 * </pre>
 *
 * All fields are little-endian; the CRC covers header and payload. The byte 0 delimits frames and
 * occurs nowhere else, so a receiver is in step again at the next one, whatever was lost. Rules:
 *
 * <ol>
 *   <li>A frame that is damaged, too short or too long is dropped without a word; an empty one (two
 *       delimiters in a row) is nothing.
 *   <li>A request has the number after the one before it, modulo 256, beginning with 0 in each
 *       session. A host has at most as many requests without a reply as the credit of the last
 *       reply says, and never one whose number is a window or more after the first without reply.
 *   <li>The board carries requests out in the order in which they arrive and answers each with the
 *       number and operation it had. {@code base} is the first number that was not yet carried out;
 *       bit {@code i} of {@code applied} says that {@code base + i} was.
 *   <li>A request that comes again is carried out again only if it is {@linkplain
 *       LinkOperation#repeatable repeatable}; else the reply is {@link LinkStatus#REPEATED}. So
 *       what has effects has them exactly once.
 *   <li>A request that fails has no number used up: the host closes the gap with a {@link
 *       LinkOperation#LOOPBACK} of that number. Words of card memory before the one that failed may
 *       have been written.
 *   <li>Lines do not reorder: when a reply arrives, every request that was sent before the one it
 *       answers has arrived as well, or never will.
 *   <li>Requests that are without reply at the same time do not depend on each other: a host waits
 *       for a write before it reads or writes the same bytes, and before it touches a register.
 *   <li>{@link LinkOperation#HELLO} has no number: it is carried out whenever it comes. The board
 *       keeps its session when the line breaks, so a host that comes back goes on with the numbers
 *       it had, and learns from the session in the description if the board was started anew.
 *   <li>The board says {@link LinkStatus#INTERRUPT} once when the interrupt rises; that frame may
 *       be lost. The level is in every reply.
 * </ol>
 */
public final class LinkProtocol {
  /** In the description of every board: "HLNK". */
  public static final int MAGIC = 0x4B4E4C48;

  /** Version of everything in this package. */
  public static final int VERSION = 1;

  /** What delimits frames. */
  public static final int DELIMITER = 0;

  /** Bytes of the header of a request and of a reply. */
  public static final int HEADER_BYTES = 8;

  /** Bytes of the CRC. */
  public static final int CRC_BYTES = 4;

  /** Numbers of requests, which wrap around. */
  public static final int NUMBERS = 256;

  /** The largest window: bits of {@code applied}. */
  public static final int MAX_WINDOW = 32;

  /** The largest payload that a board may take. */
  public static final int MAX_PAYLOAD = 4096;

  /**
   * Bits of the count of bytes of a {@link LinkOperation#CHECK}: a board answers nothing else
   * meanwhile, so a large range is many requests.
   */
  public static final int CHECK_BITS = 17;

  /** How long a board tries a new rate before it goes back, in milliseconds. */
  public static final int RATE_TRIAL_MILLIS = 250;

  private LinkProtocol() {}

  /** Bytes of the content of a frame, before COBS, with a payload of so many. */
  public static int contentBytes(int payload) {
    return HEADER_BYTES + payload + CRC_BYTES;
  }

  /** How far {@code number} lies after {@code base}, 0 to 255. */
  public static int distance(int base, int number) {
    return (number - base) & (NUMBERS - 1);
  }
}

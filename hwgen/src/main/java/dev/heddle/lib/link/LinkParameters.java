package dev.heddle.lib.link;

import dev.heddle.hdl.Hdl;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.UartPeriod;

/**
 * What a bridge is built for.
 *
 * @param payload most bytes of a payload, either way: 36 or more, for the description
 * @param window most requests without reply: 2, 4, ... 32
 * @param clockHz clock of the bridge and of the machine
 * @param period of a bit on the line after reset ({@link UartPeriod}); 0 when the line has no rate
 * @param memoryBytes bytes of card memory
 * @param registerBits bits of a byte address of a register; a register beyond is a bus error
 * @param crcBits bits of the CRC of replies and of {@link LinkOperation#CHECK} in a cycle: 1 is the
 *     smallest, 8 the fastest
 */
public record LinkParameters(
    int payload,
    int window,
    int clockHz,
    int period,
    long memoryBytes,
    int registerBits,
    int crcBits) {
  /**
   * Bytes that stand before the header of a request in the receiver's ring: those of its payload.
   */
  static final int COUNT_BYTES = 2;

  private static final int ADDRESS_BITS = 32;
  private static final long MILLIS = 1000;
  private static final int LONGEST_RUN = 254;

  public LinkParameters {
    check(
        payload >= LinkDescription.BYTES && payload <= LinkProtocol.MAX_PAYLOAD,
        "a payload has at most %d to %d bytes, not %d",
        LinkDescription.BYTES,
        LinkProtocol.MAX_PAYLOAD,
        payload);
    check(
        Hdl.isPowerOfTwo(window) && window >= 2 && window <= LinkProtocol.MAX_WINDOW,
        "a window is 2, 4, 8, 16 or 32 requests, not %d",
        window);
    check(clockHz >= 1000, "a clock has at least 1000 Hz, not %d", clockHz);
    check(
        period >= 0 && period < 1 << UartPeriod.BITS,
        "a period has %d bits, not 0x%x",
        UartPeriod.BITS,
        period);
    check(
        memoryBytes >= AxiShape.PAGE_BYTES,
        "card memory has at least %d bytes, not %d",
        AxiShape.PAGE_BYTES,
        memoryBytes);
    check(
        registerBits >= 3 && registerBits <= 32,
        "the address of a register has 3 to 32 bits, not %d",
        registerBits);
    check(
        crcBits == 1 || crcBits == 2 || crcBits == 4 || crcBits == 8,
        "a CRC does 1, 2, 4 or 8 bits in a cycle, not %d",
        crcBits);
  }

  /** What the board says of itself after reset. */
  public LinkDescription description() {
    return new LinkDescription(payload, window, 0, clockHz, period, memoryBytes);
  }

  /** Bits of a byte address of card memory on the bus; an address beyond is a bus error. */
  public int memoryBits() {
    return Math.min(ADDRESS_BITS, Hdl.bits(memoryBytes));
  }

  /**
   * Bytes of the ring of the receiver. A window of the largest requests has room, so that a host
   * that keeps to its credit never loses one, whatever the board waits for.
   */
  public int receiveRing() {
    int stored = COUNT_BYTES + LinkProtocol.HEADER_BYTES + payload;
    return ring(window * stored + COUNT_BYTES + LinkProtocol.CRC_BYTES);
  }

  /** Bytes of the ring of the transmitter: the largest frame has room. */
  public int transmitRing() {
    int content = LinkProtocol.contentBytes(payload);
    int stuffing = 1 + content / LONGEST_RUN;
    int delimiters = 2;
    return ring(content + stuffing + delimiters);
  }

  /** Cycles for which a new rate is tried. */
  public int trialCycles() {
    return (int) (clockHz * (long) LinkProtocol.RATE_TRIAL_MILLIS / MILLIS);
  }

  /** The next power of two above, since one place of a ring stays empty. */
  private static int ring(int bytes) {
    return 1 << Hdl.bits(bytes + 1);
  }

  private static void check(boolean holds, String rule, Object... values) {
    if (!holds) {
      throw new IllegalArgumentException(rule.formatted(values));
    }
  }
}

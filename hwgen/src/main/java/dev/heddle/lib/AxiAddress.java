package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.lit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A burst on the address channels of AXI4.
 *
 * @param id transaction id, repeated in the responses
 * @param addr byte address of the first beat
 * @param len beats minus one
 * @param size base-2 logarithm of the bytes of a beat
 * @param burst 0 fixed, 1 incrementing, 2 wrapping
 * @param lock exclusive access
 * @param cache memory attributes
 * @param prot privileged, non-secure, instruction
 * @param qos priority
 */
public record AxiAddress(
    UInt id, UInt addr, UInt len, UInt size, UInt burst, Bit lock, UInt cache, UInt prot, UInt qos)
    implements Data {
  /** The {@code burst} of an incrementing burst. */
  public static final int INCREMENTING = 1;

  /** The {@code cache} of normal memory. */
  public static final int BUFFERABLE_MODIFIABLE = 3;

  private static final int SIZE_BITS = 3;
  private static final int BURST_BITS = 2;
  private static final int CACHE_BITS = 4;
  private static final int PROT_BITS = 3;
  private static final int QOS_BITS = 4;

  /** The type of a burst on an interface of this shape. */
  public static Type<AxiAddress> of(AxiShape shape) {
    return () ->
        new AxiAddress(
            uint(shape.idBits()).make(),
            uint(shape.addressBits()).make(),
            uint(AxiBurst.LENGTH_BITS).make(),
            uint(SIZE_BITS).make(),
            uint(BURST_BITS).make(),
            bit().make(),
            uint(CACHE_BITS).make(),
            uint(PROT_BITS).make(),
            uint(QOS_BITS).make());
  }

  /**
   * An incrementing burst of full beats to normal memory: {@code cache} is 3 (bufferable,
   * modifiable), everything else zero.
   *
   * @param len beats minus one
   */
  public static AxiAddress incrementing(AxiShape shape, UInt id, UInt addr, UInt len) {
    return new AxiAddress(
        id,
        addr,
        len,
        lit(shape.size(), SIZE_BITS),
        lit(INCREMENTING, BURST_BITS),
        lit(false),
        lit(BUFFERABLE_MODIFIABLE, CACHE_BITS),
        lit(0, PROT_BITS),
        lit(0, QOS_BITS));
  }

  /** The same burst, served before those of lower {@code priority}. */
  public AxiAddress withPriority(int priority) {
    return new AxiAddress(id, addr, len, size, burst, lock, cache, prot, lit(priority, QOS_BITS));
  }

  /** The same burst under another id. */
  public AxiAddress withId(UInt other) {
    return new AxiAddress(other, addr, len, size, burst, lock, cache, prot, qos);
  }

  /** The same burst at another place. */
  public AxiAddress at(UInt other) {
    return new AxiAddress(id, other, len, size, burst, lock, cache, prot, qos);
  }
}

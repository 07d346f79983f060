package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A range of memory that {@link AxiReader} reads or {@link AxiWriter} writes.
 *
 * @param address byte address of the first beat, a multiple of the bytes of a beat (lower bits are
 *     ignored)
 * @param beats number of beats; a request of zero beats is taken and does nothing
 */
public record AxiRequest(UInt address, UInt beats) implements Data {
  /** Bits of the number of beats. */
  public static final int BEATS_BITS = 32;

  /** The type of a request on an interface of this shape. */
  public static Type<AxiRequest> of(AxiShape shape) {
    return () -> new AxiRequest(uint(shape.addressBits()).make(), uint(BEATS_BITS).make());
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A part of a request that one AXI burst moves.
 *
 * @param address byte address of the first beat
 * @param length beats minus one
 * @param last one in the last burst of a request
 */
public record AxiBurst(UInt address, UInt length, Bit last) implements Data {
  /** Bits of {@code length}. */
  public static final int LENGTH_BITS = 8;

  /** The type of a burst on an interface of this shape. */
  public static Type<AxiBurst> of(AxiShape shape) {
    return () ->
        new AxiBurst(uint(shape.addressBits()).make(), uint(LENGTH_BITS).make(), bit().make());
  }
}

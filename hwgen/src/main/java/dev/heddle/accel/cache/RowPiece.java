package dev.heddle.accel.cache;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiShape;

/**
 * What is written at once: the codes of a key or a value, or the exponents of both.
 *
 * @param target address that it is written to
 * @param pair which two bytes of their beat the exponents are that are copied
 * @param exponents whether it is exponents
 * @param wide whether codes have two lines
 * @param last whether it is the last of its entry
 */
record RowPiece(UInt target, UInt pair, Bit exponents, Bit wide, Bit last) implements Data {
  /** Bytes of the exponents of a key and its value. */
  static final int PAIR_BYTES = AppendEntry.EXPONENT_BYTES;

  /** The type on ports of {@code memory}. */
  static Type<RowPiece> of(AxiShape memory) {
    return () ->
        new RowPiece(
            uint(memory.addressBits()).make(),
            uint(bits(memory.bytes() / PAIR_BYTES)).make(),
            bit().make(),
            bit().make(),
            bit().make());
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Bundle;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * The read half of an AXI4 interface, seen from the master: {@code out(AxiRead.of(shape))} for a
 * master, {@code in(...)} for a slave. A port {@code m_axi} is {@code m_axi_araddr}, {@code
 * m_axi_rdata} and so on in the Verilog.
 */
public final class AxiRead extends Bundle {
  private final AxiShape shape;

  /** Addresses of reads. */
  public final AxiChannel<AxiAddress> ar;

  /** Data that are read, with responses. */
  public final AxiChannel<Beat> r;

  /**
   * A beat of the read data channel.
   *
   * @param id id of the burst
   * @param data the bytes, the lowest address in the lowest bits
   * @param resp an {@link AxiResponse}: 0 done, 2 and 3 errors
   * @param last one in the last beat of a burst
   */
  public record Beat(UInt id, UInt data, UInt resp, Bit last) implements Data {}

  private AxiRead(AxiShape shape) {
    this.shape = shape;
    ar = field(AxiChannel.carrying(AxiAddress.of(shape)));
    r = flip(AxiChannel.carrying(beat(shape)));
  }

  /** The type of the read half of an interface of this shape. */
  public static Type<AxiRead> of(AxiShape shape) {
    return () -> new AxiRead(shape);
  }

  /** The widths. */
  public AxiShape shape() {
    return shape;
  }

  private static Type<Beat> beat(AxiShape shape) {
    return () ->
        new Beat(
            uint(shape.idBits()).make(),
            uint(shape.dataBits()).make(),
            uint(AxiResponse.BITS).make(),
            bit().make());
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Bundle;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * The write half of an AXI4 interface, seen from the master: {@code out(AxiWrite.of(shape))} for a
 * master, {@code in(...)} for a slave. A port {@code m_axi} is {@code m_axi_awaddr}, {@code
 * m_axi_wdata} and so on in the Verilog.
 */
public final class AxiWrite extends Bundle {
  private final AxiShape shape;

  /** Addresses of writes. */
  public final AxiChannel<AxiAddress> aw;

  /** Data to write, burst by burst in the order of the addresses. */
  public final AxiChannel<Beat> w;

  /** Responses to writes, one for each burst. */
  public final AxiChannel<Response> b;

  /**
   * A beat of the write data channel.
   *
   * @param data the bytes, the lowest address in the lowest bits
   * @param strb one bit for each byte that is written
   * @param last one in the last beat of a burst
   */
  public record Beat(UInt data, UInt strb, Bit last) implements Data {}

  /**
   * The end of a burst.
   *
   * @param id id of the burst
   * @param resp an {@link AxiResponse}: 0 done, 2 and 3 errors
   */
  public record Response(UInt id, UInt resp) implements Data {}

  private AxiWrite(AxiShape shape) {
    this.shape = shape;
    aw = field(AxiChannel.carrying(AxiAddress.of(shape)));
    w = field(AxiChannel.carrying(beat(shape)));
    b = flip(AxiChannel.carrying(response(shape)));
  }

  /** The type of the write half of an interface of this shape. */
  public static Type<AxiWrite> of(AxiShape shape) {
    return () -> new AxiWrite(shape);
  }

  /** The widths. */
  public AxiShape shape() {
    return shape;
  }

  private static Type<Beat> beat(AxiShape shape) {
    return () -> new Beat(uint(shape.dataBits()).make(), uint(shape.bytes()).make(), bit().make());
  }

  private static Type<Response> response(AxiShape shape) {
    return () -> new Response(uint(shape.idBits()).make(), uint(AxiResponse.BITS).make());
  }
}

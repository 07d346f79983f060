package dev.heddle.lib;

import dev.heddle.hdl.Bundle;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;

/**
 * An AXI4 interface, seen from the master: {@code out(Axi4.of(shape))} for a master, {@code
 * in(...)} for a slave. Its halves are independent; a port {@code m_axi} is {@code m_axi_araddr},
 * ... {@code m_axi_bready} in the Verilog, with no trace of the halves.
 */
public final class Axi4 extends Bundle {
  /** The read half. */
  public final AxiRead read;

  /** The write half. */
  public final AxiWrite write;

  private Axi4(AxiShape shape) {
    read = field(AxiRead.of(shape));
    write = field(AxiWrite.of(shape));
  }

  /** The type of an interface of this shape. */
  public static Type<Axi4> of(AxiShape shape) {
    return () -> new Axi4(shape);
  }

  /** The widths. */
  public AxiShape shape() {
    return read.shape();
  }

  @Override
  protected boolean isTransparent(Data member) {
    return member == read || member == write;
  }
}

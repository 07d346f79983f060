package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.lit;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.UInt;

/** What a slave answers on AXI (AMBA AXI4, table A3-4); the constants are in code order. */
public enum AxiResponse {
  /** The access succeeded. */
  OKAY,
  /** An exclusive access succeeded. */
  EXOKAY,
  /** The slave refused. */
  SLVERR,
  /** There is no slave at the address. */
  DECERR;

  /** Bits of a response. */
  public static final int BITS = 2;

  /** The response as a signal. */
  public UInt literal() {
    return lit(ordinal(), BITS);
  }

  /** Whether {@code response} is {@link #SLVERR} or {@link #DECERR}. */
  public static Bit isError(UInt response) {
    return response.at(1);
  }
}

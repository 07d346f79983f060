package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bundle;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * An AXI4-Lite interface, seen from the master: {@code out(AxiLite.of(...))} for a master, {@code
 * in(...)} for a slave. A port {@code s_axi_ctrl} is {@code s_axi_ctrl_awaddr}, ... {@code
 * s_axi_ctrl_rready} in the Verilog.
 */
public final class AxiLite extends Bundle {
  private static final int PROT_BITS = 3;

  /** Write addresses. */
  public final AxiChannel<Address> aw;

  /** Write data. */
  public final AxiChannel<WriteData> w;

  /** Write responses. */
  public final AxiChannel<WriteResponse> b;

  /** Read addresses. */
  public final AxiChannel<Address> ar;

  /** Read data and responses. */
  public final AxiChannel<ReadData> r;

  /**
   * An access.
   *
   * @param addr byte address
   * @param prot privileged, non-secure, instruction
   */
  public record Address(UInt addr, UInt prot) implements Data {}

  /**
   * A word to write.
   *
   * @param data the bytes, the lowest address in the lowest bits
   * @param strb one bit for each byte that is written
   */
  public record WriteData(UInt data, UInt strb) implements Data {}

  /**
   * The end of a write.
   *
   * @param resp an {@link AxiResponse}: 0 done, 2 and 3 errors
   */
  public record WriteResponse(UInt resp) implements Data {}

  /**
   * The end of a read.
   *
   * @param data the bytes, the lowest address in the lowest bits
   * @param resp an {@link AxiResponse}: 0 done, 2 and 3 errors
   */
  public record ReadData(UInt data, UInt resp) implements Data {}

  private AxiLite(int addressBits, int dataBits) {
    if (dataBits != 32 && dataBits != 64) {
      throw new IllegalArgumentException("AXI4-Lite data has 32 or 64 bits, not " + dataBits);
    }
    Type<Address> address = () -> new Address(uint(addressBits).make(), uint(PROT_BITS).make());
    aw = field(AxiChannel.carrying(address));
    w =
        field(
            AxiChannel.carrying(
                () -> new WriteData(uint(dataBits).make(), uint(dataBits / 8).make())));
    b = flip(AxiChannel.carrying(() -> new WriteResponse(uint(AxiResponse.BITS).make())));
    ar = field(AxiChannel.carrying(address));
    r =
        flip(
            AxiChannel.carrying(
                () -> new ReadData(uint(dataBits).make(), uint(AxiResponse.BITS).make())));
  }

  /** The type of an interface with {@code addressBits} and 32 or 64 {@code dataBits}. */
  public static Type<AxiLite> of(int addressBits, int dataBits) {
    return () -> new AxiLite(addressBits, dataBits);
  }
}

package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Bundle;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * The pins of an SDRAM chip, seen from the controller, by the names of data sheets; a port {@code
 * sdram} is {@code sdram_cs_n} and so on in the Verilog. The clock is not among them.
 *
 * <p>The data pins are split in three: the top level of a board drives {@code dq} with {@code
 * dq_out} while {@code dq_out_enable} is one, and reads it as {@code dq_in}.
 */
@SuppressWarnings("MemberName") // The names of the pins.
public final class SdramPins extends Bundle {
  /** Clock enable. */
  public final Bit cke = field(bit());

  /** Chip select, active low. */
  public final Bit cs_n = field(bit());

  /** Row address strobe, active low. */
  public final Bit ras_n = field(bit());

  /** Column address strobe, active low. */
  public final Bit cas_n = field(bit());

  /** Write enable, active low. */
  public final Bit we_n = field(bit());

  /** Bank. */
  public final UInt ba;

  /** Row, column or mode. */
  public final UInt a;

  /** One for each byte that is not written, or not read. */
  public final UInt dqm;

  /** Data to the chip. */
  public final UInt dq_out;

  /** One while the controller drives the data pins. */
  public final Bit dq_out_enable = field(bit());

  /** Data from the chip. */
  public final UInt dq_in;

  private SdramPins(SdramDevice device) {
    ba = field(uint(device.bankBits()));
    a = field(uint(device.rowBits()));
    dqm = field(uint(device.bytes()));
    dq_out = field(uint(device.dataBits()));
    dq_in = flip(uint(device.dataBits()));
  }

  /** The type of the pins of {@code device}. */
  public static Type<SdramPins> of(SdramDevice device) {
    return () -> new SdramPins(device);
  }
}

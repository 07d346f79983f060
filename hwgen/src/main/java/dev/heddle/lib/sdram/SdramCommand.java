package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.lit;

import dev.heddle.hdl.UInt;

/**
 * The commands of an SDRAM chip; the constants are in the order of their codes on {@code ras_n},
 * {@code cas_n} and {@code we_n} (JEDEC 21-C, 3.11.5.1).
 */
enum SdramCommand {
  MODE_REGISTER_SET,
  REFRESH,
  PRECHARGE,
  ACTIVATE,
  WRITE,
  READ,
  BURST_TERMINATE,
  NO_OPERATION;

  /** Bits of a code. */
  static final int BITS = 3;

  /** The address pin that makes PRECHARGE close all banks. */
  static final int ALL_BANKS = 1 << 10;

  UInt literal() {
    return lit(ordinal(), BITS);
  }
}

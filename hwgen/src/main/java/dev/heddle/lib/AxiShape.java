package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.isPowerOfTwo;

/**
 * The widths of an AXI4 interface.
 *
 * @param addressBits bits of a byte address, 12 to 64
 * @param dataBits bits of a beat: 8, 16, ... 1024
 * @param idBits bits of a transaction id, 1 or more
 */
public record AxiShape(int addressBits, int dataBits, int idBits) {
  /** A burst stays within a page of this many bytes (AMBA AXI4, A3.4.1). */
  public static final int PAGE_BYTES = 4096;

  public AxiShape {
    check(addressBits >= 12 && addressBits <= 64, "an AXI address has 12 to 64 bits", addressBits);
    check(
        isPowerOfTwo(dataBits) && dataBits >= 8 && dataBits <= 1024,
        "an AXI beat has 8, 16, 32, 64, 128, 256, 512 or 1024 bits",
        dataBits);
    check(idBits >= 1 && idBits <= 32, "an AXI id has 1 to 32 bits", idBits);
  }

  /** Bytes of a beat. */
  public int bytes() {
    return dataBits / 8;
  }

  /** Base-2 logarithm of the bytes of a beat, the value of {@code arsize} and {@code awsize}. */
  public int size() {
    return Integer.numberOfTrailingZeros(bytes());
  }

  /** The same interface with ids of {@code bits} bits. */
  public AxiShape withIdBits(int bits) {
    return new AxiShape(addressBits, dataBits, bits);
  }

  private static void check(boolean holds, String rule, int value) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", not " + value);
    }
  }
}

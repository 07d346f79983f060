package dev.heddle.lib.sdram;

/**
 * A single-data-rate SDRAM chip: its geometry and its timing.
 *
 * <p>The constants have the figures of the slowest common speed grade (-7, 143 MHz), so that they
 * hold for every chip that a board may carry in the same place.
 *
 * @param name part, for names and messages
 * @param dataBits width of the data pins, 16 or 32
 * @param bankBits bits of a bank number, 1 or 2
 * @param rowBits bits of a row number, 11 to 13
 * @param columnBits bits of a column number, 8 to 10
 * @param timing times between commands
 */
public record SdramDevice(
    String name, int dataBits, int bankBits, int rowBits, int columnBits, SdramTiming timing) {
  private static final long MICROSECOND = 1_000_000;
  private static final long MILLISECOND = 1_000 * MICROSECOND;

  /**
   * 64 MB of 16 bits: Alliance AS4C32M16SB-7 (data sheet revision 1.0, June 2016, table 16), on the
   * larger ULX3S.
   */
  public static final SdramDevice AS4C32M16SB =
      new SdramDevice(
          "AS4C32M16SB",
          16,
          2,
          13,
          10,
          new SdramTiming(
              10_000,
              7_000,
              21_000,
              21_000,
              42_000,
              100 * MICROSECOND,
              63_000,
              63_000,
              14_000,
              2,
              2,
              64 * MILLISECOND,
              8192,
              200 * MICROSECOND));

  /**
   * 32 MB of 16 bits: Alliance AS4C16M16SA-7, and with it ISSI IS42S16160G-7 and Winbond W9825G6KH,
   * on most ULX3S. The longer of their times: tRFC is 70 ns.
   */
  public static final SdramDevice AS4C16M16SA =
      new SdramDevice(
          "AS4C16M16SA",
          16,
          2,
          13,
          9,
          new SdramTiming(
              10_000,
              7_000,
              21_000,
              21_000,
              42_000,
              100 * MICROSECOND,
              63_000,
              70_000,
              14_000,
              2,
              2,
              64 * MILLISECOND,
              8192,
              200 * MICROSECOND));

  /**
   * 8 MB of 32 bits: ESMT M12L64322A-7 and Etron EM638325-7, on Colorlight i5 and i9. The longer of
   * their times: tRAS is 49 ns, tRC 70 ns.
   */
  public static final SdramDevice M12L64322A = of64Megabit("M12L64322A");

  /**
   * 8 MB of 32 bits in the package of the Gowin GW2AR-18 (data sheet DS226), on the Tang Nano 20K.
   * Gowin publishes the geometry and no times: those of {@link #M12L64322A}, the same kind of die.
   */
  public static final SdramDevice GW2AR18 = of64Megabit("GW2AR18");

  private static SdramDevice of64Megabit(String name) {
    return new SdramDevice(
        name,
        32,
        2,
        11,
        8,
        new SdramTiming(
            10_000,
            7_000,
            21_000,
            21_000,
            49_000,
            100 * MICROSECOND,
            70_000,
            70_000,
            14_000,
            2,
            2,
            64 * MILLISECOND,
            4096,
            200 * MICROSECOND));
  }

  public SdramDevice {
    check(dataBits == 16 || dataBits == 32, "has 16 or 32 data pins", dataBits);
    check(bankBits == 1 || bankBits == 2, "has 1 or 2 bits of bank", bankBits);
    check(rowBits >= 11 && rowBits <= 13, "has 11 to 13 bits of row", rowBits);
    check(columnBits >= 8 && columnBits <= 10, "has 8 to 10 bits of column", columnBits);
  }

  private static void check(boolean holds, String rule, int value) {
    if (!holds) {
      throw new IllegalArgumentException("an SDRAM " + rule + ", not " + value);
    }
  }

  /** Banks. */
  public int banks() {
    return 1 << bankBits;
  }

  /** Bytes of a word on the data pins. */
  public int bytes() {
    return dataBits / 8;
  }

  /** Bits of the number of a word. */
  public int wordBits() {
    return bankBits + rowBits + columnBits;
  }

  /** Bytes of the chip. */
  public long size() {
    return (long) bytes() << wordBits();
  }

  /** The same chip with other times. */
  public SdramDevice withTiming(SdramTiming other) {
    return new SdramDevice(name, dataBits, bankBits, rowBits, columnBits, other);
  }
}

package dev.heddle.fpga;

/**
 * An FPGA in its package.
 *
 * @param part as its maker sells it
 * @param chip as the place-and-route tool names it
 * @param enclosure package, as the place-and-route tool names it; empty where the chip says it
 * @param luts look-up tables, of 4 inputs, of 6 in those of AMD
 * @param multipliers DSP blocks that multiply 16x16, 18x18, 25x18 or 27x18 bits
 * @param memoryBits bits of block RAM
 */
public record FpgaDevice(
    Family family,
    String part,
    String chip,
    String enclosure,
    int luts,
    int multipliers,
    int memoryBits) {
  private static final int ICE40_BLOCK_BITS = 4096;
  private static final int BLOCK_BITS = 18432;

  /** iCE40UP5K in 48 pins; besides its block RAM it has four single-ported RAMs of 256 Kbit. */
  public static final FpgaDevice ICE40UP5K_SG48 =
      new FpgaDevice(Family.ICE40, "iCE40UP5K-SG48", "up5k", "sg48", 5280, 8, 30 * 4096);

  /** ECP5 85F in 381 balls. */
  public static final FpgaDevice ECP5_85F_BG381 =
      new FpgaDevice(Family.ECP5, "LFE5U-85F-6BG381C", "85k", "CABGA381", 83640, 156, 208 * 18432);

  /** ECP5 45F in 381 balls. */
  public static final FpgaDevice ECP5_45F_BG381 =
      new FpgaDevice(Family.ECP5, "LFE5U-45F-6BG381C", "45k", "CABGA381", 43848, 72, 108 * 18432);

  /** ECP5 25F in 381 balls. */
  public static final FpgaDevice ECP5_25F_BG381 =
      new FpgaDevice(Family.ECP5, "LFE5U-25F-6BG381C", "25k", "CABGA381", 24288, 28, 56 * 18432);

  /** ECP5 25F in 285 balls. */
  public static final FpgaDevice ECP5_25F_MG285 =
      new FpgaDevice(Family.ECP5, "LFE5U-25F-8MG285C", "25k", "CSFBGA285", 24288, 28, 56 * 18432);

  /** GW1NR-9C with 8 MB of PSRAM. */
  public static final FpgaDevice GW1NR_9C =
      new FpgaDevice(Family.GOWIN, "GW1NR-LV9QN88PC6/I5", "GW1N-9C", "", 8640, 20, 26 * 18432);

  /** GW2AR-18C with 8 MB of SDRAM. */
  public static final FpgaDevice GW2AR_18C =
      new FpgaDevice(Family.GOWIN, "GW2AR-LV18QN88C8/I7", "GW2A-18C", "", 20736, 48, 46 * 18432);

  /** Artix-7 35T in 324 balls. */
  public static final FpgaDevice XC7A35T_CSG324 =
      new FpgaDevice(
          Family.ARTIX7, "xc7a35ticsg324-1L", "xc7a35t", "csg324", 20800, 90, 100 * 18432);

  /** Artix-7 100T in 324 balls. */
  public static final FpgaDevice XC7A100T_CSG324 =
      new FpgaDevice(
          Family.ARTIX7, "xc7a100tcsg324-1", "xc7a100t", "csg324", 63400, 240, 270 * 18432);

  /** Zynq UltraScale+ of the Kria K26; besides its block RAM it has 64 UltraRAMs of 288 Kbit. */
  public static final FpgaDevice XCK26_SFVC784 =
      new FpgaDevice(
          Family.ULTRASCALE_PLUS,
          "xck26-sfvc784-2LV-c",
          "xck26",
          "sfvc784",
          117120,
          1248,
          288 * 18432);

  /** Blocks of RAM. */
  public int blockRams() {
    return memoryBits / (family == Family.ICE40 ? ICE40_BLOCK_BITS : BLOCK_BITS);
  }
}

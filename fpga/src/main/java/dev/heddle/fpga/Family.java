package dev.heddle.fpga;

/** FPGAs that one flow of tools builds for. */
public enum Family {
  /** Lattice iCE40 UltraPlus: yosys, nextpnr-ice40, icepack. */
  ICE40,

  /** Lattice ECP5: yosys, nextpnr-ecp5, ecppack. */
  ECP5,

  /** Gowin LittleBee and Arora: yosys, nextpnr-himbaechel with apicula, gowin_pack. */
  GOWIN,

  /** AMD Artix-7: Vivado. */
  ARTIX7,

  /** AMD Zynq UltraScale+: Vivado. */
  ULTRASCALE_PLUS;

  /** Whether free tools build for it, which the commands install. */
  public boolean hasFreeTools() {
    return this != ARTIX7 && this != ULTRASCALE_PLUS;
  }
}

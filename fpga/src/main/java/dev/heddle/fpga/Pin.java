package dev.heddle.fpga;

/**
 * A pin of a board.
 *
 * @param site where it is on the FPGA
 * @param standard I/O standard, as the constraint file names it; empty for the only one
 * @param activeLow whether it is on when it is 0
 */
public record Pin(String site, String standard, boolean activeLow) {
  /** A pin at 3.3 V. */
  public static Pin at(String site) {
    return new Pin(site, "LVCMOS33", false);
  }

  /** The same pin, on when it is 0. */
  public Pin low() {
    return new Pin(site, standard, true);
  }

  /** The same pin with another I/O standard. */
  public Pin with(String otherStandard) {
    return new Pin(site, otherStandard, activeLow);
  }
}

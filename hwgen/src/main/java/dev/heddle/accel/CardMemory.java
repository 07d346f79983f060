package dev.heddle.accel;

import dev.heddle.lib.AxiLimits;
import dev.heddle.lib.AxiShape;

/** The interfaces between the machine and card memory. */
public final class CardMemory {
  /** Bits of an address of card memory. */
  public static final int ADDRESS_BITS = 40;

  private static final int COMPACT_ADDRESS_BITS = 24;

  /** Beats of the longest burst. */
  public static final int BURST_BEATS = 16;

  private CardMemory() {}

  /** Bits of an address that the machine makes use of; those above are zero. */
  public static int addressBits(Configuration configuration) {
    return configuration.compact() ? COMPACT_ADDRESS_BITS : ADDRESS_BITS;
  }

  /** The interface of one master inside the machine. */
  public static AxiShape master(Configuration configuration) {
    return new AxiShape(ADDRESS_BITS, configuration.portBits(), 1);
  }

  /** What a master that streams asks for at once. */
  public static AxiLimits streaming(Configuration configuration) {
    return new AxiLimits(BURST_BEATS, configuration.outstanding());
  }

  /** What a master that moves a structure now and then asks for at once. */
  public static AxiLimits occasional() {
    return new AxiLimits(BURST_BEATS, 2);
  }
}

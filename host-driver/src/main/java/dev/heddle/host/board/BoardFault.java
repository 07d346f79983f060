package dev.heddle.host.board;

import dev.heddle.testbench.SdramDefects;

/** A fault that a virtual board can have, so that bring-up can be seen to find it. */
public enum BoardFault {
  /** A data pin of the SDRAM is stuck at 1. */
  DATA_PIN("data-pin", "data pin %d of the SDRAM is stuck at 1".formatted(BoardFault.STUCK_DATA)),
  /** An address pin of the SDRAM is stuck at 0. */
  ADDRESS_PIN(
      "address-pin",
      "address pin %d of the SDRAM is stuck at 0".formatted(BoardFault.STUCK_ADDRESS)),
  /** The SDRAM is not refreshed. */
  REFRESH("refresh", "REFRESH reaches no row of the SDRAM"),
  /** The clock is too fast. */
  CLOCK("clock", "the clock is %d per mille too fast".formatted(BoardFault.TOO_FAST)),
  /** The bitstream is that of another configuration. */
  HASH("hash", "the bitstream tells the hash of no known configuration"),
  /** The interrupt of the machine is not connected. */
  INTERRUPT("interrupt", "the interrupt of the machine does not reach the link"),
  /** A multiplier is dead. */
  MULTIPLIER(
      "multiplier",
      "multiplier %d of port 0, lane %d gives 0 always"
          .formatted(PlantableDesign.DEAD_MULTIPLIER, PlantableDesign.DEAD_LANE)),
  /** RX and TX are connected to one another's like. */
  CROSSED("crossed", "RX of the serial line is at RX, TX at TX"),
  /** The serial line has the wrong levels. */
  INVERTED("inverted", "ones of the serial line are zeros");

  private static final int STUCK_DATA = 5;
  private static final int STUCK_ADDRESS = 8;
  private static final int TOO_FAST = 20;
  private static final int THOUSAND = 1000;

  private final String label;
  private final String description;

  BoardFault(String label, String description) {
    this.label = label;
    this.description = description;
  }

  /** What exactly is wrong. */
  public String description() {
    return description;
  }

  /** The chip with this fault too. */
  SdramDefects plant(SdramDefects defects) {
    return switch (this) {
      case DATA_PIN -> defects.withStuckData(STUCK_DATA, true);
      case ADDRESS_PIN -> defects.withStuckAddress(STUCK_ADDRESS, false);
      case REFRESH -> defects.withoutRefresh();
      default -> defects;
    };
  }

  /** The clock with this fault too, of one of {@code hertz}. */
  long plant(long hertz) {
    return this == CLOCK ? hertz + hertz * TOO_FAST / THOUSAND : hertz;
  }

  /** The wires with this fault too. */
  SerialWiring plant(SerialWiring wiring) {
    return switch (this) {
      case CROSSED -> SerialWiring.CROSSED;
      case INVERTED -> SerialWiring.INVERTED;
      default -> wiring;
    };
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return label;
  }
}

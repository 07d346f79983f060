package dev.heddle.host.board;

/** How the two wires of a serial line are connected. */
public enum SerialWiring {
  /** As they should be. */
  STRAIGHT,
  /** Each output to the other output, so that neither side hears anything. */
  CROSSED,
  /** To an adapter with other levels: each side hears ones as zeros. */
  INVERTED;

  /** What is at the far end of a wire, of the level that is put on it. */
  int carry(int level) {
    return switch (this) {
      case STRAIGHT -> level;
      case CROSSED -> 1;
      case INVERTED -> 1 - level;
    };
  }
}

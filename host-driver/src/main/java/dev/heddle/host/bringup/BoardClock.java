package dev.heddle.host.bringup;

import java.util.function.LongSupplier;

/**
 * What is known of the time in which a board works.
 *
 * @param kind how its clock and the host's time belong together
 * @param nanoTime the host's time in nanoseconds, from an arbitrary start
 */
public record BoardClock(Kind kind, LongSupplier nanoTime) {
  /** How a clock runs. */
  public enum Kind {
    /** As the host's time does. */
    REAL,
    /** Cycle by cycle as far as the host asks for it. */
    SIMULATED,
    /** There is none. */
    NONE
  }

  /** The clock of a real board. */
  public static BoardClock real() {
    return new BoardClock(Kind.REAL, System::nanoTime);
  }

  /** The clock of a simulation. */
  public static BoardClock simulated() {
    return new BoardClock(Kind.SIMULATED, System::nanoTime);
  }

  /** No clock, as the golden model has none. */
  public static BoardClock none() {
    return new BoardClock(Kind.NONE, System::nanoTime);
  }
}

package dev.heddle.host.bringup;

import java.time.Duration;
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
    /** In a simulation whose time is the host's: exact, but slow. */
    SHARED,
    /** In a simulation, at a pace that the host does not know. */
    SIMULATED,
    /** There is none. */
    NONE
  }

  /** The clock of a real board. */
  public static BoardClock real() {
    return new BoardClock(Kind.REAL, System::nanoTime);
  }

  /**
   * The clock of a simulation in whose time the host lives.
   *
   * @param nanoTime the time of the simulation in nanoseconds
   */
  public static BoardClock shared(LongSupplier nanoTime) {
    return new BoardClock(Kind.SHARED, nanoTime);
  }

  /** The clock of a simulation. */
  public static BoardClock simulated() {
    return new BoardClock(Kind.SIMULATED, System::nanoTime);
  }

  /** No clock, as the golden model has none. */
  public static BoardClock none() {
    return new BoardClock(Kind.NONE, System::nanoTime);
  }

  /** Whether what the host measures is the time of the board. */
  boolean measures() {
    return kind == Kind.REAL || kind == Kind.SHARED;
  }

  /** How long to wait for the end of a short list. */
  Duration patience() {
    return kind == Kind.SHARED ? Duration.ofMillis(20) : Duration.ofSeconds(2);
  }

  /** Whether cycles of the board are slow to come by, so that a step had better be short. */
  boolean slow() {
    return kind == Kind.SHARED || kind == Kind.SIMULATED;
  }
}

package dev.heddle.host.bringup;

import java.time.Duration;

/**
 * Measures the clock: a {@link CircularList} keeps CYCLES counting, and two readings of it are
 * compared with the host's time.
 *
 * <p>A reading belongs to a moment between its call and its return; the uncertainty that this
 * leaves is in the result.
 */
final class ClockStep implements BringUpStep {
  private static final double MOST_DEVIATION = 0.005;
  private static final int TRIES = 10;

  /** By how much a measurement in a simulation is shorter. */
  private static final int SIMULATED_PART = 20;

  private record Reading(long cycles, long before, long after) {
    double middle() {
      return before + (after - before) / 2.0;
    }

    long uncertainty() {
      return after - before;
    }
  }

  private final Duration duration;

  /**
   * A measurement.
   *
   * @param duration between the readings
   */
  ClockStep(Duration duration) {
    this.duration = duration;
  }

  @Override
  public String name() {
    return "clock";
  }

  @Override
  public String purpose() {
    return "The clock has the frequency that the design was generated for.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    switch (board.clock().kind()) {
      case NONE:
        return StepResult.skipped("the golden model has no clock");
      case SIMULATED:
        return StepResult.skipped("a simulated clock has no relation to the host's time");
      case SHARED, REAL:
        break;
    }
    Duration wait = board.clock().slow() ? duration.dividedBy(SIMULATED_PART) : duration;
    CircularList list = CircularList.start(board);
    Reading first = read(board, list);
    while (board.clock().nanoTime().getAsLong() - first.after() < wait.toNanos()) {
      if (!list.runs()) {
        return StepResult.failed("the list that measures the clock ended by itself");
      }
    }
    Reading last = read(board, list);
    if (!list.ends()) {
      return StepResult.failed("the list that measures the clock does not end; reset the board");
    }
    double nanos = last.middle() - first.middle();
    double hertz = (last.cycles() - first.cycles()) * 1e9 / nanos;
    double uncertainty = (first.uncertainty() + last.uncertainty()) / 2.0 / nanos;
    double nominal = board.configuration().clockHz();
    double deviation = hertz / nominal - 1;
    String found =
        "%.3f MHz, %+.0f ppm from %.3f MHz, uncertainty %.0f ppm"
            .formatted(hertz / 1e6, 1e6 * deviation, nominal / 1e6, 1e6 * uncertainty);
    if (Math.abs(deviation) > MOST_DEVIATION + uncertainty) {
      return StepResult.failed(
          "the clock has the wrong frequency: %s; check the oscillator and the PLL"
              .formatted(found));
    }
    return StepResult.passed(found, new Figure("clock", hertz / 1e6, "MHz", Figure.Better.NEITHER));
  }

  /** The reading of several that took the shortest time. */
  private static Reading read(TestedBoard board, CircularList list) {
    Reading best = null;
    for (int i = 0; i < TRIES; i++) {
      long before = board.clock().nanoTime().getAsLong();
      long cycles = list.cycles();
      Reading reading = new Reading(cycles, before, board.clock().nanoTime().getAsLong());
      if (best == null || reading.uncertainty() < best.uncertainty()) {
        best = reading;
      }
    }
    return best;
  }
}

package dev.heddle.host.bringup;

import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.Registers;
import java.time.Duration;

/**
 * Measures the clock: a list that goes in a circle keeps CYCLES counting, and two readings of it
 * are compared with the host's time. Then an END takes the place of the circle's LINK.
 *
 * <p>A reading belongs to a moment between its call and its return; the uncertainty that this
 * leaves is in the result.
 */
final class ClockStep implements BringUpStep {
  private static final double MOST_DEVIATION = 0.005;
  private static final int TRIES = 10;

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
      case REAL:
        break;
    }
    board.transport().reset();
    Registers registers = board.registers();
    registers.write("INTERRUPT_ENABLE", "done", 1);
    board.writeList(Descriptor.of(Operation.LINK).with("next", TestedBoard.LIST));
    board.start(registers);
    Reading first = read(board, registers);
    while (board.clock().nanoTime().getAsLong() - first.after() < duration.toNanos()) {
      if (registers.read("STATUS", "busy") == 0) {
        return StepResult.failed("the list that measures the clock ended by itself");
      }
    }
    Reading last = read(board, registers);
    board.write(TestedBoard.LIST, new byte[] {(byte) Operation.END.code()});
    if (!board.ends()) {
      return StepResult.failed("the list that measures the clock does not end; reset the board");
    }
    registers.clear("EVENTS", "done", 1);
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
  private static Reading read(TestedBoard board, Registers registers) {
    Reading best = null;
    for (int i = 0; i < TRIES; i++) {
      long before = board.clock().nanoTime().getAsLong();
      long cycles = registers.read("CYCLES");
      Reading reading = new Reading(cycles, before, board.clock().nanoTime().getAsLong());
      if (best == null || reading.uncertainty() < best.uncertainty()) {
        best = reading;
      }
    }
    return best;
  }
}

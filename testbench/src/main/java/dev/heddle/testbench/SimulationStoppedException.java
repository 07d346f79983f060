package dev.heddle.testbench;

/** The design ended the simulation itself: {@code $finish}, {@code $stop}, a failing assertion. */
public final class SimulationStoppedException extends SimulationException {
  private static final long serialVersionUID = 1L;

  /** What ended it. */
  public enum Cause {
    /** {@code $finish}. */
    FINISH,
    /** {@code $stop}, {@code $fatal} or a failing assertion. */
    STOP,
    /** The simulator gave up, for instance because the design does not settle. */
    FATAL
  }

  private final Cause reason;
  private final String file;
  private final int line;

  SimulationStoppedException(Cause reason, String message, String file, int line, long cycle) {
    super("%s:%d: %s (cycle %d)".formatted(file, line, message, cycle), cycle);
    this.reason = reason;
    this.file = file;
    this.line = line;
  }

  /** What ended the simulation. */
  public Cause reason() {
    return reason;
  }

  /** Name of the Verilog file, {@code TOP.v}. */
  public String file() {
    return file;
  }

  /** Line in that file, from 1. */
  public int line() {
    return line;
  }
}

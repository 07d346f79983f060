package dev.heddle.testbench;

/** A simulation could not go on, or was used wrongly. */
public class SimulationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long cycle;

  SimulationException(String message, long cycle) {
    super(message);
    this.cycle = cycle;
  }

  /** The clock cycle in which it happened. */
  public final long cycle() {
    return cycle;
  }
}

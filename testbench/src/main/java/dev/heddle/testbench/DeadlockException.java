package dev.heddle.testbench;

/** No channel of the machine moved for too long; carries the state of every channel. */
public final class DeadlockException extends SimulationException {
  private static final long serialVersionUID = 1L;

  private final String state;

  DeadlockException(String message, String state, long cycle) {
    super(message + System.lineSeparator() + state, cycle);
    this.state = state;
  }

  /** Valid and ready of every AXI channel and the {@code debug_*} outputs, a line for each port. */
  public String state() {
    return state;
  }
}

package dev.heddle.testbench;

/**
 * The design broke a rule of the AXI protocol (Arm IHI 0022, AXI4).
 *
 * <p>Rules: {@code 4KB} boundary crossed, {@code WLAST} on the wrong beat, {@code BURST} type other
 * than incrementing, {@code SIZE} above the data width, {@code LOCK} exclusive access, {@code
 * WSTRB} outside of the beat, {@code VALID} fell before ready, {@code STABLE} payload changed
 * before ready, {@code RESET} valid during reset, {@code RESPONSE} without an access or with a
 * wrong id or code, {@code RLAST} on the wrong beat, {@code DATA} read other than what was written.
 */
public final class AxiViolationException extends SimulationException {
  private static final long serialVersionUID = 1L;

  /** {@link #port()} of the register port. */
  public static final int REGISTER_PORT = -1;

  private final String rule;
  private final int port;

  AxiViolationException(String message, String rule, int port, long cycle) {
    super(message + " (AXI rule " + rule + ")", cycle);
    this.rule = rule;
    this.port = port;
  }

  /** Short name of the rule. */
  public String rule() {
    return rule;
  }

  /** The memory port, from 0, or {@link #REGISTER_PORT}. */
  public int port() {
    return port;
  }
}

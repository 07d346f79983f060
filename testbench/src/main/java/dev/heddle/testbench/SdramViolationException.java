package dev.heddle.testbench;

/**
 * The design broke a rule of its SDRAM chip.
 *
 * <p>Rules: {@code tRCD}, {@code tRP}, {@code tRAS} (least and most), {@code tRC}, {@code tRFC},
 * {@code tRRD}, {@code tWR}, {@code tMRD}, {@code tPU} a command before the end of the power-up
 * wait, {@code tREFI} too many refreshes postponed, {@code tREF} a row refreshed too late, {@code
 * CL} precharge too soon after a read, {@code ROW} a row not open, or open when it must not be,
 * {@code INIT} a step of the start left out, {@code MODE} an unexpected mode, {@code DQ} contention
 * on the data pins, {@code CKE} a command without clock enable, {@code COMMAND} one that is of no
 * use here.
 */
public final class SdramViolationException extends SimulationException {
  private static final long serialVersionUID = 1L;

  private final String rule;

  SdramViolationException(String message, String rule, long cycle) {
    super("%s (cycle %d)".formatted(message, cycle), cycle);
    this.rule = rule;
  }

  /** Short name of the rule. */
  public String rule() {
    return rule;
  }
}

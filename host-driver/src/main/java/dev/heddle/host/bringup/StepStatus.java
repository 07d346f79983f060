package dev.heddle.host.bringup;

import java.util.Locale;

/** How a step of a bring-up ended. */
public enum StepStatus {
  /** The board does what the step proves. */
  PASSED,
  /** It does not. */
  FAILED,
  /** The step has nothing to prove here; it says why. */
  SKIPPED,
  /** There is no board that this host can work with; no other step makes sense. */
  UNSUPPORTED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

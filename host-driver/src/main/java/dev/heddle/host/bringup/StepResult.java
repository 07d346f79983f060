package dev.heddle.host.bringup;

import java.util.List;

/**
 * What a step has found.
 *
 * @param summary one line: what was proved, why not, or what is wrong
 * @param details further lines, for instance the addresses that failed
 * @param figures what was measured
 */
public record StepResult(
    StepStatus status, String summary, List<String> details, List<Figure> figures) {
  public StepResult {
    details = List.copyOf(details);
    figures = List.copyOf(figures);
  }

  /** The board does what it should. */
  public static StepResult passed(String summary, Figure... figures) {
    return new StepResult(StepStatus.PASSED, summary, List.of(), List.of(figures));
  }

  /** The board does not. */
  public static StepResult failed(String summary, List<String> details) {
    return new StepResult(StepStatus.FAILED, summary, details, List.of());
  }

  /** The board does not, and one line says it all. */
  public static StepResult failed(String summary) {
    return failed(summary, List.of());
  }

  /** Nothing to prove here. */
  public static StepResult skipped(String reason) {
    return new StepResult(StepStatus.SKIPPED, reason, List.of(), List.of());
  }

  /** This host cannot work with the board. */
  public static StepResult unsupported(String reason) {
    return new StepResult(StepStatus.UNSUPPORTED, reason, List.of(), List.of());
  }
}

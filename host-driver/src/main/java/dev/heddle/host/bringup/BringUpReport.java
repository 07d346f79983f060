package dev.heddle.host.bringup;

import java.util.List;

/**
 * What a bring-up has found.
 *
 * @param schema version of this form, {@link #SCHEMA}
 * @param program what tested it, and of which version
 * @param began when, as ISO 8601 has it
 * @param device what was tested
 * @param steps the steps that have run, in order
 * @param ended whether no step is missing; else a failure, or the user, ended it before
 */
public record BringUpReport(
    int schema, String program, String began, String device, List<Step> steps, boolean ended) {
  /** Version of the form that is written. */
  public static final int SCHEMA = 1;

  /**
   * A step that has run.
   *
   * @param name name of the step
   * @param purpose what it proves
   * @param seconds how long it took
   */
  public record Step(String name, String purpose, double seconds, StepResult result) {}

  public BringUpReport {
    steps = List.copyOf(steps);
  }

  /** How many steps ended so. */
  public long count(StepStatus status) {
    return steps.stream().filter(step -> step.result().status() == status).count();
  }
}

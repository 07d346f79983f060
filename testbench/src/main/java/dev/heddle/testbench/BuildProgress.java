package dev.heddle.testbench;

/** Hears about the steps of a build, for a progress line. */
@FunctionalInterface
public interface BuildProgress {
  /** Shows nothing. */
  BuildProgress SILENT = (done, total, step) -> {};

  /**
   * A step begins; called from the building thread.
   *
   * @param done steps finished
   * @param total steps in all, as far as known now
   * @param step what happens next, a few words
   */
  void step(int done, int total, String step);
}

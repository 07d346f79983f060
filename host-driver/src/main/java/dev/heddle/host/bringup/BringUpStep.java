package dev.heddle.host.bringup;

/** A test of one part of a board. It may use all registers and all of card memory. */
public interface BringUpStep {
  /** Short name, unique among the steps, such as {@code address bus}. */
  String name();

  /** What it proves, for reports. */
  String purpose();

  /**
   * Tests the board.
   *
   * @throws dev.heddle.host.transport.TransportException when the board cannot be reached; the step
   *     has failed then
   */
  StepResult run(TestedBoard board);
}

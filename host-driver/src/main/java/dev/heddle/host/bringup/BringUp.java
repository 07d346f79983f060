package dev.heddle.host.bringup;

import dev.heddle.host.device.DeviceException;
import dev.heddle.host.transport.TransportException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs steps on a board, each of which relies on what the ones before it have proved.
 *
 * <p>The bring-up ends at the first step that fails unless it is to keep going, always when the
 * board is none that this host can work with, and when the thread is interrupted.
 */
public final class BringUp {
  private static final Duration CLOCK_MEASUREMENT = Duration.ofSeconds(1);
  private static final int PATTERN_BYTES = 1 << 17;
  private static final int MARCH_BEATS = 256;
  private static final int RANDOM_BLOCKS = 512;
  private static final int INTERRUPTS = 100;

  private final List<BringUpStep> steps;
  private final boolean keepGoing;
  private final String program;

  /**
   * A bring-up with these steps.
   *
   * @param keepGoing whether it goes on behind a step that fails
   * @param program what runs it and of which version, for the report
   */
  public BringUp(List<BringUpStep> steps, boolean keepGoing, String program) {
    this.steps = List.copyOf(steps);
    this.keepGoing = keepGoing;
    this.program = program;
  }

  /**
   * All steps, in the order in which they rely on one another: memory comes before all that runs
   * lists, which lie in it.
   */
  public static List<BringUpStep> standardSteps() {
    return List.of(
        new IdentityStep(),
        new ScratchStep(),
        new LinkStep(),
        new DataBusStep(),
        new AddressBusStep(),
        new RetentionStep(),
        new MemoryPatternStep(PATTERN_BYTES),
        new MarchStep(MARCH_BEATS),
        RandomMemoryStep.sampling(RANDOM_BLOCKS),
        new BandwidthStep(),
        new ResetStep(),
        new InterruptStep(INTERRUPTS),
        new ClockStep(CLOCK_MEASUREMENT),
        new CounterStep(),
        new MatmulStep(),
        new AttentionStep(),
        new ModelStep());
  }

  /**
   * Runs the steps.
   *
   * @param listener hears of each step at its end
   */
  public BringUpReport run(TestedBoard board, Consumer<BringUpReport.Step> listener) {
    String device = board.transport().describe().toString();
    String began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    List<BringUpReport.Step> done = new ArrayList<>();
    boolean goesOn = true;
    for (BringUpStep step : steps) {
      if (!goesOn || Thread.currentThread().isInterrupted()) {
        break;
      }
      long start = System.nanoTime();
      StepResult result = run(step, board);
      if (Thread.currentThread().isInterrupted() && result.status() == StepStatus.FAILED) {
        break;
      }
      BringUpReport.Step record =
          new BringUpReport.Step(
              step.name(), step.purpose(), (System.nanoTime() - start) / 1e9, result);
      done.add(record);
      listener.accept(record);
      goesOn =
          switch (result.status()) {
            case PASSED, SKIPPED -> true;
            case FAILED -> keepGoing;
            case UNSUPPORTED -> false;
          };
    }
    boolean ended = done.size() == steps.size();
    return new BringUpReport(BringUpReport.SCHEMA, program, began, device, done, ended);
  }

  private static StepResult run(BringUpStep step, TestedBoard board) {
    try {
      return step.run(board);
    } catch (TransportException | DeviceException e) {
      return StepResult.failed(e.getMessage());
    }
  }
}

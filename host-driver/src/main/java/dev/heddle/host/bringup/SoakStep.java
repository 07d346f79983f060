package dev.heddle.host.bringup;

import dev.heddle.accel.format.WeightFormat;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ObjIntConsumer;

/**
 * Works a board for a long time: all of card memory with another sequence each round, interrupts
 * and products, until the time is over or something is wrong.
 */
public final class SoakStep implements BringUpStep {
  private static final int INTERRUPTS = 100;
  private static final double NANOS_OF_A_SECOND = 1e9;

  private final Duration time;
  private final ObjIntConsumer<Duration> progress;

  /**
   * A test.
   *
   * @param time how long; a round that has begun is ended
   * @param progress hears at the begin of each round what has passed, and its number from 1
   */
  public SoakStep(Duration time, ObjIntConsumer<Duration> progress) {
    this.time = time;
    this.progress = progress;
  }

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String purpose() {
    return "Memory, interrupt and products stay right for a long time.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    long begin = System.nanoTime();
    long bytes = 0;
    int rounds = 0;
    Duration passed = Duration.ZERO;
    do {
      rounds++;
      progress.accept(passed, rounds);
      RandomMemoryStep memory = RandomMemoryStep.ofAll(rounds);
      for (BringUpStep step : List.of(memory, new InterruptStep(INTERRUPTS), new MatmulStep())) {
        StepResult result = step.run(board);
        if (result.status() != StepStatus.PASSED) {
          return StepResult.failed(
              "round %d, %s: %s".formatted(rounds, step.name(), result.summary()),
              result.details());
        }
      }
      bytes += memory.bytes(board);
      passed = Duration.ofNanos(System.nanoTime() - begin);
    } while (passed.compareTo(time) < 0);
    return StepResult.passed(
        String.format(
            Locale.ROOT,
            "%,d rounds in %,.1f s: %,d bytes of memory, %,d interrupts and %,d products are right",
            rounds,
            passed.toNanos() / NANOS_OF_A_SECOND,
            bytes,
            (long) rounds * INTERRUPTS,
            (long) rounds * WeightFormat.values().length));
  }
}

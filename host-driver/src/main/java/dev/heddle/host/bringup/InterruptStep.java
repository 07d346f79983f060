package dev.heddle.host.bringup;

import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.Registers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs empty lists; each must raise the interrupt, and acknowledging it must clear it. How long it
 * takes from the doorbell until the host knows is measured.
 */
final class InterruptStep implements BringUpStep {
  private static final int MOST_LOST = 3;
  private static final double NANOS_OF_A_MICRO = 1e3;

  private final int times;

  /** A test with {@code times} lists. */
  InterruptStep(int times) {
    this.times = times;
  }

  @Override
  public String name() {
    return "interrupt";
  }

  @Override
  public String purpose() {
    return "Every end of a list raises the interrupt, and the host can clear it.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    board.transport().reset();
    Registers registers = board.registers();
    board.writeList(Descriptor.of(Operation.END));
    if (raised(board)) {
      return StepResult.failed("the interrupt is up after reset, before any list has run");
    }
    registers.write("INTERRUPT_ENABLE", "done", 1);
    List<String> lost = new ArrayList<>();
    long[] nanos = new long[times];
    for (int i = 1; i <= times && lost.size() < MOST_LOST; i++) {
      board.start(registers);
      long rung = board.clock().nanoTime().getAsLong();
      boolean came = board.transport().awaitInterrupt(board.clock().patience());
      nanos[i - 1] = board.clock().nanoTime().getAsLong() - rung;
      if (!came) {
        boolean done = registers.read("EVENTS", "done") != 0;
        lost.add(
            done
                ? "list %d ended, EVENTS.done is 1, but the interrupt did not come".formatted(i)
                : "list %d did not end".formatted(i));
      }
      registers.clear("EVENTS", "done", 1);
      if (raised(board)) {
        return StepResult.failed(
            "the interrupt of list %d stays up after it was acknowledged".formatted(i));
      }
    }
    if (!lost.isEmpty()) {
      return StepResult.failed("lost: " + lost.get(0), lost.subList(1, lost.size()));
    }
    String counted = "%d raised, %d cleared, none lost".formatted(times, times);
    return board.clock().measures() ? measured(counted, nanos) : StepResult.passed(counted);
  }

  private StepResult measured(String counted, long[] nanos) {
    Arrays.sort(nanos);
    double median = nanos[times / 2] / NANOS_OF_A_MICRO;
    double most = nanos[times * 99 / 100] / NANOS_OF_A_MICRO;
    return StepResult.passed(
        "%s; the host knows after %.1f us, 99 %% below %.1f us".formatted(counted, median, most),
        new Figure("latency", median, "us", Figure.Better.LOWER),
        new Figure("latency, 99 %", most, "us", Figure.Better.NEITHER));
  }

  private static boolean raised(TestedBoard board) {
    return board.transport().awaitInterrupt(Duration.ZERO);
  }
}

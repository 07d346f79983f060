package dev.heddle.host.bringup;

import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.Registers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs empty lists; each must raise the interrupt, and acknowledging it must clear it. */
final class InterruptStep implements BringUpStep {
  private static final int MOST_LOST = 3;

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
    for (int i = 1; i <= times && lost.size() < MOST_LOST; i++) {
      board.start(registers);
      if (!board.transport().awaitInterrupt(board.clock().patience())) {
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
    return StepResult.passed("%d raised, %d cleared, none lost".formatted(times, times));
  }

  private static boolean raised(TestedBoard board) {
    return board.transport().awaitInterrupt(Duration.ZERO);
  }
}

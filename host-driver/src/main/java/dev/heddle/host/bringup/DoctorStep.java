package dev.heddle.host.bringup;

import dev.heddle.host.linux.Diagnosis;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks at this computer's side of the way to a board, and says what had better be changed. */
public final class DoctorStep implements BringUpStep {
  private final Supplier<Optional<Diagnosis>> doctor;

  /**
   * A look.
   *
   * @param doctor says what there is on the way; nothing when there is no adapter and no bus
   */
  public DoctorStep(Supplier<Optional<Diagnosis>> doctor) {
    this.doctor = doctor;
  }

  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String purpose() {
    return "What this computer has on the way to the board, and what of it is set up badly.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    return doctor
        .get()
        .map(
            diagnosis ->
                new StepResult(StepStatus.PASSED, diagnosis.found(), diagnosis.advice(), List.of()))
        .orElseGet(
            () -> StepResult.skipped("there is no adapter and no bus on the way to this device"));
  }
}

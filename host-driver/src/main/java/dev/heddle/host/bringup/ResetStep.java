package dev.heddle.host.bringup;

import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.lib.FieldAccess;
import dev.heddle.lib.Register;
import dev.heddle.lib.RegisterField;
import dev.heddle.lib.Registers;
import java.util.ArrayList;
import java.util.List;

/** Resets the machine: registers have their reset values, and a list starts after each reset. */
final class ResetStep implements BringUpStep {
  private static final int TIMES = 100;
  private static final int SIMULATED_TIMES = 10;

  @Override
  public String name() {
    return "reset";
  }

  @Override
  public String purpose() {
    return "A reset gives every register its reset value, and the machine starts after it.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    Registers registers = board.registers();
    for (Register register : registers.map().registers()) {
      if (register.storedMask() != 0) {
        registers.write(register.name(), register.storedMask());
      }
    }
    board.transport().reset();
    List<String> wrong = new ArrayList<>();
    for (Register register : registers.map().registers()) {
      compare(registers, register, wrong);
    }
    if (!wrong.isEmpty()) {
      return StepResult.failed("after reset " + wrong.get(0), wrong.subList(1, wrong.size()));
    }
    int times = board.clock().kind() == BoardClock.Kind.REAL ? TIMES : SIMULATED_TIMES;
    board.writeList(Descriptor.of(Operation.END));
    for (int i = 1; i <= times; i++) {
      board.transport().reset();
      board.start(registers);
      if (!board.ends(registers)) {
        return StepResult.failed(
            "the machine did not run an empty list after reset %d: STATUS is 0x%x"
                .formatted(i, registers.read("STATUS")));
      }
      if (registers.read("STATUS") != 0) {
        return StepResult.failed(
            "an empty list after reset %d left STATUS at 0x%x"
                .formatted(i, registers.read("STATUS")));
      }
    }
    board.transport().reset();
    return StepResult.passed(
        "%d registers as in the register map, %d resets and starts"
            .formatted(registers.map().registers().size(), times));
  }

  private static void compare(Registers registers, Register register, List<String> wrong) {
    long content = registers.read(register.name());
    for (RegisterField field : register.fields()) {
      // Where the command fetch is says nothing before a list has run.
      if (register.name().equals("POSITION")) {
        continue;
      }
      long is = field.decode(content);
      long should = field.access() == FieldAccess.READ_ONLY ? 0 : field.value();
      if (is != should) {
        wrong.add(
            "%s.%s is 0x%x instead of 0x%x".formatted(register.name(), field.name(), is, should));
      }
    }
  }
}

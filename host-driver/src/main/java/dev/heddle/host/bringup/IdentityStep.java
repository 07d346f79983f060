package dev.heddle.host.bringup;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.host.device.DeviceException;
import dev.heddle.host.device.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads who the board is: magic number, interface version, and the hash of its configuration. */
final class IdentityStep implements BringUpStep {
  private static final List<String> SHAPE = List.of("CLOCK_HZ", "FEATURES", "GEOMETRY", "CAPACITY");

  @Override
  public String name() {
    return "identity";
  }

  @Override
  public String purpose() {
    return "The board is a Heddle machine of this interface and of the configuration asked for.";
  }

  @Override
  public StepResult run(TestedBoard board) {
    long magic;
    try {
      magic = board.identity("MAGIC");
    } catch (DeviceException e) {
      return StepResult.unsupported(e.getMessage());
    }
    if (magic != MachineRegisters.MAGIC) {
      return StepResult.unsupported(noMachine(magic));
    }
    long version = board.identity("VERSION");
    if (version != MachineRegisters.INTERFACE_VERSION) {
      return StepResult.unsupported(
          "the board speaks interface version %d, this host version %d; use a bit stream and a host of the same release"
              .formatted(version, MachineRegisters.INTERFACE_VERSION));
    }
    Optional<Configuration> found = board.found();
    if (found.isEmpty()) {
      return StepResult.unsupported(Identity.unknown(board.identity("CONFIG_HASH")));
    }
    Configuration expected = board.configuration();
    if (!found.get().equals(expected)) {
      return StepResult.failed(
          "the board has configuration %s, not %s; program it anew or name the one it has"
              .formatted(found.get().name(), expected.name()),
          differences(expected, found.get()));
    }
    List<String> wrong = new ArrayList<>();
    for (String register : SHAPE) {
      long should = MachineRegisters.of(expected).register(register).reset();
      long is = board.identity(register);
      if (is != should) {
        wrong.add("%s reads 0x%08x instead of 0x%08x".formatted(register, is, should));
      }
    }
    if (!wrong.isEmpty()) {
      return StepResult.failed(
          "the hash is that of configuration %s, but other registers are not"
              .formatted(expected.name()),
          wrong);
    }
    return StepResult.passed(
        "configuration %s, hash 0x%08x, interface version %d, made for %.3f MHz"
            .formatted(
                expected.name(),
                MachineRegisters.hash(expected),
                version,
                expected.clockHz() / 1e6));
  }

  private static String noMachine(long magic) {
    if (magic == 0 || magic == 0xffff_ffffL) {
      return "no Heddle machine answers: MAGIC reads 0x%08x; check that the board is on and programmed"
          .formatted(magic);
    }
    long wrong = magic ^ MachineRegisters.MAGIC;
    if (Long.bitCount(wrong) <= 2) {
      return "MAGIC reads 0x%08x instead of 0x%08x: read data %s wrong; check the way of the registers"
          .formatted(magic, MachineRegisters.MAGIC, BitErrors.bits(wrong));
    }
    return "this is no Heddle machine: MAGIC reads 0x%08x instead of 0x%08x; program the board"
        .formatted(magic, MachineRegisters.MAGIC);
  }

  /** The parameters in which two configurations differ. */
  private static List<String> differences(Configuration expected, Configuration found) {
    List<String> lines = new ArrayList<>();
    for (var component : Configuration.class.getRecordComponents()) {
      try {
        Object should = component.getAccessor().invoke(expected);
        Object is = component.getAccessor().invoke(found);
        if (!should.equals(is)) {
          lines.add("%s is %s instead of %s".formatted(component.getName(), is, should));
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return lines;
  }
}

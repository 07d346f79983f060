package dev.heddle.host.device;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.host.transport.Transport;
import dev.heddle.lib.Registers;

/** Compares what a machine says it is with what the host expects. */
final class Identity {
  private Identity() {}

  /**
   * Refuses a machine that the host cannot work with.
   *
   * @throws DeviceException naming what differs
   */
  static void check(Transport transport, Configuration configuration) {
    Registers registers =
        new Registers(MachineRegisters.of(configuration), transport.registerBus(), 0);
    long magic = registers.read("MAGIC");
    if (magic != MachineRegisters.MAGIC) {
      throw new DeviceException(
          "%s is no Heddle machine: its magic number is 0x%08x instead of 0x%08x; %s"
              .formatted(
                  transport.describe(),
                  magic,
                  MachineRegisters.MAGIC,
                  magic == 0xffff_ffffL || magic == 0
                      ? "check that the board is on and programmed"
                      : "program the board"));
    }
    long version = registers.read("VERSION");
    if (version != MachineRegisters.INTERFACE_VERSION) {
      throw new DeviceException(
          "the machine speaks interface version %d and this host version %d; use a host and a machine of the same release"
              .formatted(version, MachineRegisters.INTERFACE_VERSION));
    }
    long hash = registers.read("CONFIG_HASH");
    if (hash != MachineRegisters.hash(configuration)) {
      String found =
          Configuration.shipped().stream()
              .filter(shipped -> MachineRegisters.hash(shipped) == hash)
              .findFirst()
              .map(shipped -> "configuration " + shipped.name())
              .orElse("a configuration this host does not know (hash 0x%08x)".formatted(hash));
      throw new DeviceException(
          "the machine has %s, but the host expects configuration %s; name the one it has"
              .formatted(found, configuration.name()));
    }
  }
}

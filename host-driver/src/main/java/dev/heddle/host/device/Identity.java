package dev.heddle.host.device;

import dev.heddle.accel.Configuration;
import dev.heddle.host.transport.Register;
import dev.heddle.host.transport.Transport;

/** Compares what a machine says it is with what the host expects. */
final class Identity {
  private Identity() {}

  /**
   * Refuses a machine that the host cannot work with.
   *
   * @throws DeviceException naming what differs
   */
  static void check(Transport transport, Configuration configuration) {
    int magic = transport.read32(Register.MAGIC.offset());
    if (magic != Register.MAGIC_VALUE) {
      throw new DeviceException(
          "%s is no Heddle machine: its magic number is 0x%08x instead of 0x%08x; %s"
              .formatted(
                  transport.describe(),
                  magic,
                  Register.MAGIC_VALUE,
                  magic == -1 || magic == 0
                      ? "check that the board is on and programmed"
                      : "program the board"));
    }
    int version = transport.read32(Register.VERSION.offset());
    if (version != Register.INTERFACE_VERSION) {
      throw new DeviceException(
          "the machine speaks interface version %d and this host version %d; "
                  .formatted(version, Register.INTERFACE_VERSION)
              + "use a host and a machine of the same release");
    }
    int hash = transport.read32(Register.CONFIG_HASH.offset());
    if (hash != Register.hash(configuration)) {
      String found =
          Configuration.shipped().stream()
              .filter(shipped -> Register.hash(shipped) == hash)
              .findFirst()
              .map(shipped -> "configuration " + shipped.name())
              .orElse("a configuration this host does not know (hash 0x%08x)".formatted(hash));
      throw new DeviceException(
          "the machine has %s, but the host expects configuration %s; name the one it has"
              .formatted(found, configuration.name()));
    }
  }
}

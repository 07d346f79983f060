package dev.heddle.host.device;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.host.transport.AccessRefusedException;
import dev.heddle.host.transport.Transport;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a machine says of itself, in registers that lie at the same place in all configurations. */
public final class Identity {
  private Identity() {}

  /**
   * A register of a machine of any configuration.
   *
   * @throws DeviceException when there is no machine that has registers
   */
  public static long register(Transport transport, String name) {
    int offset = MachineRegisters.of(Configuration.NANO).register(name).offset();
    try {
      return Integer.toUnsignedLong(transport.read32(offset));
    } catch (AccessRefusedException e) {
      throw new DeviceException(
          "%s has no machine, only card memory: it refuses register %s; program it with a bitstream that has one"
              .formatted(transport.describe(), name),
          e);
    }
  }

  /**
   * The configuration that a machine has, with the clock that it tells.
   *
   * @param known the configurations to choose from
   * @return empty when its hash is that of none
   */
  public static Optional<Configuration> configuration(
      Transport transport, Collection<Configuration> known) {
    long hash = register(transport, "CONFIG_HASH");
    return known.stream()
        .filter(candidate -> MachineRegisters.hash(candidate) == hash)
        .findFirst()
        .map(found -> clocked(transport, found));
  }

  /** A configuration with the clock that a machine tells, if it can have it. */
  public static Configuration clocked(Transport transport, Configuration machine) {
    long hertz = register(transport, "CLOCK_HZ");
    return hertz >= Configuration.LEAST_CLOCK_HZ && hertz <= Configuration.MOST_CLOCK_HZ
        ? machine.withClock(hertz)
        : machine;
  }

  /** Why a machine is not known, and what to do. */
  public static String unknown(long hash) {
    return "the board has a configuration that this host does not know (CONFIG_HASH 0x%08x); name its configuration with --config, known are %s"
        .formatted(
            hash,
            Configuration.shipped().stream()
                .map(known -> "%s 0x%08x".formatted(known.name(), MachineRegisters.hash(known)))
                .collect(Collectors.joining(", ")));
  }

  /**
   * Finds out which configuration a machine has.
   *
   * @param wanted the one it must have; empty when any shipped one will do
   * @return it, with the clock that the machine tells
   * @throws DeviceException when the host cannot work with the machine; says what differs
   */
  public static Configuration find(Transport transport, Optional<Configuration> wanted) {
    requireMachine(transport);
    if (wanted.isPresent()) {
      requireConfiguration(transport, wanted.get());
      return clocked(transport, wanted.get());
    }
    return configuration(transport, Configuration.shipped())
        .orElseThrow(() -> new DeviceException(unknown(register(transport, "CONFIG_HASH"))));
  }

  /**
   * Refuses a machine of another configuration.
   *
   * @throws DeviceException naming what differs
   */
  static void check(Transport transport, Configuration configuration) {
    requireMachine(transport);
    requireConfiguration(transport, configuration);
  }

  private static void requireMachine(Transport transport) {
    long magic = register(transport, "MAGIC");
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
    long version = register(transport, "VERSION");
    if (version != MachineRegisters.INTERFACE_VERSION) {
      throw new DeviceException(
          "the machine speaks interface version %d and this host version %d; use a host and a machine of the same release"
              .formatted(version, MachineRegisters.INTERFACE_VERSION));
    }
  }

  private static void requireConfiguration(Transport transport, Configuration wanted) {
    if (configuration(transport, List.of(wanted)).isPresent()) {
      return;
    }
    String found =
        configuration(transport, Configuration.shipped())
            .map(shipped -> "configuration " + shipped.name())
            .orElseGet(
                () ->
                    "a configuration this host does not know (hash 0x%08x)"
                        .formatted(register(transport, "CONFIG_HASH")));
    throw new DeviceException(
        "the machine has %s, but the host expects configuration %s; name the one it has"
            .formatted(found, wanted.name()));
  }
}

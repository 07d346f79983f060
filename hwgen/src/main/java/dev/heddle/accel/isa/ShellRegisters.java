package dev.heddle.accel.isa;

import static dev.heddle.lib.RegisterField.constant;
import static dev.heddle.lib.RegisterField.pulse;
import static dev.heddle.lib.RegisterField.readOnly;
import static dev.heddle.lib.RegisterField.readWrite;

import dev.heddle.lib.RegisterMap;

/**
 * The registers of the shell: what stands around a machine that a computer reaches over its own
 * bus, a PCIe card or the programmable logic beside a processor.
 *
 * <pre>
 *   0x0000  the machine ({@link MachineRegisters})
 *   0x1000  the shell
 * </pre>
 */
public final class ShellRegisters {
  /** Where they begin, behind those of the machine. */
  public static final int OFFSET = 0x1000;

  /** Bytes of the window of machine and shell. */
  public static final int WINDOW_BYTES = 2 * OFFSET;

  /** What {@code SHELL} reads: "SHEL". */
  public static final int MAGIC = 0x5348454c;

  /** Version of these registers. */
  public static final int VERSION = 1;

  private static final int ADDRESS_BITS = 64;

  private ShellRegisters() {}

  /**
   * The registers of a shell.
   *
   * @param memoryBytes bytes of card memory; 0 where it is memory of the host, who says where
   */
  public static RegisterMap of(long memoryBytes) {
    return RegisterMap.named(
            "shell",
            "Card memory, reset and interrupt of a machine, behind its registers from 0x%x on."
                .formatted(OFFSET))
        .register(
            "SHELL",
            0x00,
            "Tells a shell from anything else.",
            constant("magic", 0, 32, MAGIC, "Always 0x%08x, SHEL.".formatted(MAGIC)))
        .register(
            "SHELL_VERSION",
            0x04,
            "Version of the shell.",
            constant("version", 0, 32, VERSION, "Version of these registers."))
        .wide(
            "MEMORY",
            0x08,
            "Size of card memory.",
            constant("bytes", 0, ADDRESS_BITS, memoryBytes, "Bytes; 0: it is memory of the host."))
        .wide(
            "BASE",
            0x10,
            "Where card memory begins on the bus of the machine's ports.",
            readWrite("address", 0, ADDRESS_BITS, 0, "Added to every address of the machine."))
        .register(
            "RESET",
            0x18,
            "Reset of the machine; the shell keeps what it has.",
            pulse("machine", 0, 1, "Resets it as soon as its memory ports are quiet."),
            readOnly("active", 1, 1, "One from then until the machine runs again."))
        .register(
            "INTERRUPT",
            0x1c,
            "The interrupt of the machine.",
            readOnly("level", 0, 1, "One while it is up."))
        .build();
  }
}

package dev.heddle.host.bus;

import dev.heddle.accel.isa.ShellRegisters;
import dev.heddle.host.transport.MachineTarget;
import dev.heddle.host.transport.Transport;
import dev.heddle.lib.Register;
import dev.heddle.lib.RegisterMap;
import java.nio.ByteBuffer;

/** A machine with its shell in Java. */
final class ModelledShell implements ShelledBoard {
  private final MachineTarget machine;
  private final RegisterMap shell;
  private long base;
  private boolean level;
  private boolean stuck;
  private int version = ShellRegisters.VERSION;
  private int magic = ShellRegisters.MAGIC;

  /** Called when the interrupt rises. */
  private Runnable interrupt = () -> {};

  /**
   * A machine.
   *
   * @param memoryBytes that the shell tells of
   */
  ModelledShell(Transport machine, long memoryBytes) {
    this.machine = new MachineTarget(machine);
    shell = ShellRegisters.of(memoryBytes);
  }

  @Override
  public void readMemory(long address, ByteBuffer target) {
    machine.readMemory(address, target);
  }

  @Override
  public void writeMemory(long address, ByteBuffer source) {
    machine.writeMemory(address, source);
  }

  @Override
  public void onInterrupt(Runnable interrupt) {
    this.interrupt = interrupt;
  }

  /** Lets a reset never end. */
  void stick() {
    stuck = true;
  }

  void identify(int magic, int version) {
    this.magic = magic;
    this.version = version;
  }

  @Override
  public long base() {
    return base;
  }

  @Override
  public boolean level() {
    return level;
  }

  private boolean is(int offset, String register) {
    return offset - ShellRegisters.OFFSET == shell.register(register).offset();
  }

  @Override
  public int read(int offset) {
    if (offset < ShellRegisters.OFFSET) {
      return machine.readRegister(offset);
    }
    if (is(offset, "SHELL")) {
      return magic;
    }
    if (is(offset, "SHELL_VERSION")) {
      return version;
    }
    if (is(offset, "RESET")) {
      return stuck ? 2 : 0;
    }
    if (is(offset, "INTERRUPT")) {
      return level ? 1 : 0;
    }
    boolean high = offset % Long.BYTES != 0;
    Register wide = is(offset & -Long.BYTES, "MEMORY") ? shell.register("MEMORY") : null;
    long value = wide == null ? base : wide.reset();
    return (int) (high ? value >>> Integer.SIZE : value);
  }

  @Override
  public void write(int offset, int value) {
    if (offset < ShellRegisters.OFFSET) {
      machine.writeRegister(offset, value);
    } else if (is(offset, "RESET") && value != 0) {
      machine.reset();
    } else if (is(offset, "BASE")) {
      base = base >>> Integer.SIZE << Integer.SIZE | Integer.toUnsignedLong(value);
    } else if (is(offset - Integer.BYTES, "BASE")) {
      base = (long) value << Integer.SIZE | base & 0xffff_ffffL;
    }
    boolean before = level;
    level = machine.interrupt();
    if (level && !before) {
      interrupt.run();
    }
  }
}

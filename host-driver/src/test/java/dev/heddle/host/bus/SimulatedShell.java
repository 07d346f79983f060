package dev.heddle.host.bus;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.export.ShelledDesign;
import dev.heddle.lib.link.LinkTarget;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.CardMemory;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.SimulationException;
import dev.heddle.testbench.VerilatedLibrary;
import java.nio.ByteBuffer;

/** The Verilog of a machine with its shell, in the simulator. */
final class SimulatedShell implements ShelledBoard, AutoCloseable {
  /** Fewer than the silence that is taken for a deadlock. */
  private static final int SLICE_CYCLES = 2000;

  private final VerilatedLibrary library;
  private final SimulatedMachine machine;
  private final long base;
  private boolean level;
  private Runnable interrupt = () -> {};

  /**
   * A machine and its shell.
   *
   * @param base where card memory begins in that of the simulation
   */
  SimulatedShell(Configuration configuration, int memoryBytes, long base) {
    this.base = base;
    library =
        VerilatedLibrary.of(
            new ShelledDesign(configuration, memoryBytes, "").design(),
            LibraryOptions.FAST,
            BuildProgress.SILENT);
    long bytes = base + memoryBytes;
    machine =
        new SimulatedMachine(
            library,
            SimulatedMachine.Board.of(
                (bytes + CardMemory.PAGE - 1) / CardMemory.PAGE * CardMemory.PAGE,
                configuration.clockHz(),
                MemoryModel.parse("random:5")));
  }

  @Override
  public int read(int offset) {
    try {
      return (int) machine.readRegister(offset);
    } catch (SimulationException e) {
      throw new LinkTarget.BusError(offset);
    } finally {
      look();
    }
  }

  @Override
  public void write(int offset, int value) {
    try {
      machine.writeRegister(offset, Integer.toUnsignedLong(value));
    } catch (SimulationException e) {
      throw new LinkTarget.BusError(offset);
    } finally {
      look();
    }
  }

  @Override
  public void readMemory(long address, ByteBuffer target) {
    machine.memory().read(base + address, target);
  }

  @Override
  public void writeMemory(long address, ByteBuffer source) {
    machine.memory().write(base + address, source);
  }

  @Override
  public long base() {
    return base;
  }

  @Override
  public boolean level() {
    return level;
  }

  @Override
  public void onInterrupt(Runnable interrupt) {
    this.interrupt = interrupt;
  }

  @Override
  public void pass() {
    machine.run(SLICE_CYCLES);
    look();
  }

  private void look() {
    boolean before = level;
    level = machine.interrupt();
    if (level && !before) {
      interrupt.run();
    }
  }

  @Override
  public void close() {
    machine.close();
    library.close();
  }
}

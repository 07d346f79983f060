package dev.heddle.host.transport;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.Machine;
import dev.heddle.accel.isa.MachineRegisters;
import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.lib.RegisterMap;
import dev.heddle.lib.Registers;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.CardMemory;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.SimulationException;
import dev.heddle.testbench.VerilatedLibrary;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * A simulation of the machine's Verilog, cycle by cycle, with a model of its card memory.
 *
 * <p>The clock runs only during accesses to registers and in {@link #awaitInterrupt} while a list
 * runs, so the same work always takes the same cycles. Card memory is reached past the machine's
 * ports, without time.
 */
public final class SimulatorTransport implements Transport {
  /**
   * Cycles between two looks at the clock on the wall and at STATUS. Looking moves the register
   * port, which counts as progress: so a slice is longer than the silence of a deadlock.
   */
  private static final long SLICE_CYCLES = 2 * SimulatedMachine.Board.DEADLOCK_CYCLES;

  /** The same while the interrupt is disabled: silence then may be the end of the list. */
  private static final long SILENT_SLICE_CYCLES = SimulatedMachine.Board.DEADLOCK_CYCLES / 4;

  private final Configuration configuration;
  private final MemoryModel memoryModel;
  private final RegisterMap map;
  private final VerilatedLibrary library;
  private final SimulatedMachine machine;
  private boolean closed;

  /**
   * Writes the machine's Verilog, builds it unless it is in the cache, and puts it on a board.
   *
   * @param memoryBytes least bytes of card memory; rounded up to whole pages
   * @param memoryModel when the memory of each port answers
   * @param progress hears the steps of the build
   */
  public SimulatorTransport(
      Configuration configuration,
      long memoryBytes,
      MemoryModel memoryModel,
      BuildProgress progress) {
    this.configuration = configuration;
    this.memoryModel = memoryModel;
    this.map = MachineRegisters.of(configuration);
    this.library =
        VerilatedLibrary.of(
            VerilogWriter.write(new Machine(configuration)), LibraryOptions.FAST, progress);
    long pages = (memoryBytes + CardMemory.PAGE - 1) / CardMemory.PAGE;
    try {
      this.machine =
          new SimulatedMachine(
              library,
              SimulatedMachine.Board.of(
                  pages * CardMemory.PAGE, configuration.clockHz(), memoryModel));
    } catch (RuntimeException e) {
      library.close();
      throw e;
    }
  }

  /** The machine, for its statistics and traces. */
  public SimulatedMachine machine() {
    return machine;
  }

  @Override
  public int read32(int offset) {
    requireRegister(offset);
    return (int) (long) simulate(() -> machine.readRegister(offset));
  }

  @Override
  public void write32(int offset, int value) {
    requireRegister(offset);
    simulate(
        () -> {
          machine.writeRegister(offset, value);
          return null;
        });
  }

  private void requireRegister(int offset) {
    requireOpen();
    if (offset < 0 || offset >= map.bytes() || offset % RegisterMap.WORD_BYTES != 0) {
      throw new TransportException("there is no register at 0x%x".formatted(offset));
    }
  }

  @Override
  public void readBlock(long address, ByteBuffer target) {
    requireOpen();
    CardRange.require(address, target.remaining(), machine.memory().size());
    machine.memory().read(address, target);
  }

  @Override
  public void writeBlock(long address, ByteBuffer source) {
    requireOpen();
    CardRange.require(address, source.remaining(), machine.memory().size());
    machine.memory().write(address, source);
  }

  /** Returns at once when no list runs: nothing could raise the interrupt then. */
  @Override
  public boolean awaitInterrupt(Duration timeout) {
    requireOpen();
    if (Thread.currentThread().isInterrupted()) {
      throw new TransportException("the wait for the machine was interrupted");
    }
    Registers registers = new Registers(map, registerBus(), 0);
    long deadline = System.nanoTime() + timeout.toNanos();
    long slice = registers.read("INTERRUPT_ENABLE") == 0 ? SILENT_SLICE_CYCLES : SLICE_CYCLES;
    while (true) {
      boolean busy = registers.read("STATUS", "busy") != 0;
      if (machine.interrupt()) {
        return true;
      }
      if (!busy || System.nanoTime() - deadline > 0) {
        return false;
      }
      simulate(() -> machine.runUntilInterrupt(slice));
    }
  }

  @Override
  public void reset() {
    requireOpen();
    simulate(
        () -> {
          machine.reset();
          return null;
        });
  }

  private static <T> T simulate(Supplier<T> work) {
    try {
      return work.get();
    } catch (CancellationException e) {
      throw new TransportException("the wait for the machine was interrupted", e);
    } catch (SimulationException e) {
      throw new TransportException("the simulated machine failed: " + e.getMessage(), e);
    }
  }

  @Override
  public TransportDescription describe() {
    requireOpen();
    return new TransportDescription(
        "sim",
        "Verilog of configuration %s, memory %s"
            .formatted(configuration.name(), memoryModel.label()),
        machine.memory().size());
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the simulator is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      machine.close();
      library.close();
    }
  }
}

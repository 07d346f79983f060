package dev.heddle.testbench;

import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * A board with the design on it: card memory behind every AXI4 port, a host at the registers.
 *
 * <pre>
 *   readRegister, writeRegister --- s_axi_ctrl_* --+        +-- m_axi_mem0_* --- model --+
 *                        run until irq ------------+ design +        ...                 +-- memory()
 *                                    clk, reset ---+        +-- m_axi_memP_* --- model --+
 * </pre>
 *
 * The design has the inputs {@code clk} and {@code reset} (synchronous, active high), the output
 * {@code irq} (level), an AXI4-Lite slave {@code s_axi_ctrl_*} with 32-bit data and AXI4 masters
 * {@code m_axi_mem0_*}, {@code m_axi_mem1_*}, ... with 32 to 512 data bits; each may lack its read
 * or its write channels, and the signals id, size, burst, lock, cache, prot, qos and strobes. Every
 * output that begins with {@code debug_} shows up in the report of a deadlock.
 *
 * <p>The design is clocked only inside of {@link #run}, {@link #reset}, {@link #readRegister} and
 * {@link #writeRegister}, so a run is reproducible to the cycle. The loop is native; every AXI rule
 * is checked in every cycle. Thread-safe; a run can be interrupted.
 */
public final class SimulatedMachine implements AutoCloseable {
  /** Cycles of the reset that a new machine gets, and that {@link #reset()} makes. */
  public static final int RESET_CYCLES = 8;

  /** Cycles per native call, after which an interrupt of the thread is noticed. */
  private static final long CYCLES_PER_CALL = 100_000;

  private final NativeInstance instance;
  private final CardMemory memory;
  private final int ports;
  private final long clockHz;

  /** Why a run ended. */
  public enum End {
    /** The interrupt is active. */
    INTERRUPT,
    /** The cycles have passed. */
    CYCLE_LIMIT
  }

  /**
   * How a run ended.
   *
   * @param end why
   * @param cycles clock cycles of this run
   */
  public record Run(End end, long cycles) {}

  /**
   * What surrounds the design.
   *
   * @param memoryBytes size of the card memory, a multiple of 4096
   * @param clockHz the design's clock, for the time scale of DDR models
   * @param memoryModel model of every port
   * @param deadlockCycles a run fails after this many cycles in which no AXI channel moved and the
   *     interrupt did not change
   * @param seed of registers without reset, if the library randomises them
   */
  public record Board(
      long memoryBytes, long clockHz, MemoryModel memoryModel, long deadlockCycles, long seed) {
    /** Longest silence by default. */
    public static final long DEADLOCK_CYCLES = 100_000;

    /** A board with the default limits. */
    public static Board of(long memoryBytes, long clockHz, MemoryModel memoryModel) {
      return new Board(memoryBytes, clockHz, memoryModel, DEADLOCK_CYCLES, 1);
    }
  }

  /**
   * Puts the design on a board and resets it.
   *
   * @throws SimulationException if the design's ports are not those of a machine
   */
  public SimulatedMachine(VerilatedLibrary library, Board board) {
    this.clockHz = board.clockHz();
    this.memory = new CardMemory(board.memoryBytes());
    this.instance = open(library, board.seed());
    try {
      instance.check(
          instance
              .abi()
              .heddle_machine_attach(
                  instance.handle(),
                  memory.pointer(),
                  memory.size(),
                  board.clockHz(),
                  board.deadlockCycles()));
      this.ports = instance.abi().heddle_machine_ports(instance.handle());
      for (int port = 0; port < ports; port++) {
        memoryModel(port, board.memoryModel());
      }
      reset();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private NativeInstance open(VerilatedLibrary library, long seed) {
    try {
      return new NativeInstance(library, seed);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** The card memory. */
  public CardMemory memory() {
    return memory;
  }

  /** Number of memory ports. */
  public int ports() {
    return ports;
  }

  /** The design's clock in hertz. */
  public long clockHz() {
    return clockHz;
  }

  /** The design on the board. */
  public VerilogDesign design() {
    return instance.library().design();
  }

  /** Changes the memory model of a port that has nothing outstanding. */
  public synchronized void memoryModel(int port, MemoryModel model) {
    instance.check(
        instance.abi().heddle_machine_memory_model(instance.handle(), port, model.specification()));
  }

  /** Resets the design for {@link #RESET_CYCLES}; memory contents stay. */
  public synchronized void reset() {
    instance.check(instance.abi().heddle_machine_reset(instance.handle(), RESET_CYCLES));
  }

  /**
   * Reads a register over the AXI4-Lite pins; takes as many cycles as the design needs.
   *
   * @param address byte address, a multiple of 4
   * @return the 32 bits, as an unsigned number
   * @throws SimulationException if the design answers with an AXI error; it can go on
   */
  public synchronized long readRegister(long address) {
    IntByReference value = new IntByReference();
    instance.check(instance.abi().heddle_machine_read(instance.handle(), address, value));
    return Integer.toUnsignedLong(value.getValue());
  }

  /** Writes the lowest 32 bits of a value to a register; otherwise as {@link #readRegister}. */
  public synchronized void writeRegister(long address, long value) {
    instance.check(instance.abi().heddle_machine_write(instance.handle(), address, (int) value));
  }

  /**
   * Runs until the interrupt is active, for a limited time; at least one cycle.
   *
   * @throws java.util.concurrent.CancellationException if the thread is interrupted; the machine
   *     can go on
   */
  public Run runUntilInterrupt(long maxCycles) {
    return run(maxCycles, true);
  }

  /** Runs a number of cycles, whatever happens. */
  public Run run(long cycles) {
    return run(cycles, false);
  }

  private synchronized Run run(long cycles, boolean untilInterrupt) {
    LongByReference ran = new LongByReference();
    IntByReference end = new IntByReference();
    long done = 0;
    while (done < cycles) {
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new java.util.concurrent.CancellationException(
            "interrupted after %d cycles".formatted(done));
      }
      instance.check(
          instance
              .abi()
              .heddle_machine_run(
                  instance.handle(),
                  Math.min(CYCLES_PER_CALL, cycles - done),
                  untilInterrupt ? 1 : 0,
                  ran,
                  end));
      done += ran.getValue();
      if (end.getValue() == 1) {
        return new Run(End.INTERRUPT, done);
      }
    }
    return new Run(End.CYCLE_LIMIT, done);
  }

  /** Whether the interrupt is active. */
  public synchronized boolean interrupt() {
    return instance.abi().heddle_machine_interrupt(instance.handle()) != 0;
  }

  /** Clock cycles since the machine was made, resets included. */
  public synchronized long cycle() {
    return instance.cycle();
  }

  /** Counters of a memory port. */
  public synchronized PortStatistics statistics(int port) {
    if (port < 0 || port >= ports) {
      throw new IndexOutOfBoundsException("memory port %d of %d".formatted(port, ports));
    }
    long[] counters = new long[PortStatistics.COUNTERS];
    int filled =
        instance
            .abi()
            .heddle_machine_statistics(instance.handle(), port, counters, counters.length);
    if (filled != counters.length) {
      throw new IllegalStateException("the library has " + filled + " counters for a port");
    }
    return PortStatistics.of(counters);
  }

  /**
   * Valid and ready of every channel now, a line for each port, and the {@code debug_*} outputs.
   */
  public synchronized String state() {
    return instance.abi().heddle_machine_state(instance.handle());
  }

  /** The value of any port of the design now, or nothing if it has no such port. */
  public synchronized OptionalLong port(String name) {
    List<Port> all = design().ports();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(name)) {
        byte[] little = new byte[(all.get(i).width() + 7) / 8];
        instance.check(instance.abi().heddle_get(instance.handle(), i, little));
        byte[] big = new byte[little.length];
        for (int k = 0; k < big.length; k++) {
          big[k] = little[little.length - 1 - k];
        }
        return OptionalLong.of(new BigInteger(1, big).longValue());
      }
    }
    return OptionalLong.empty();
  }

  /** What the design printed; the last megabyte of it. */
  public synchronized String log() {
    return instance.log();
  }

  /** Saves design, memory models and the card memory (without pages of zeros). */
  public synchronized void save(Path file) {
    instance.save(file);
  }

  /** Restores what a machine with the same design, options, memory size and models saved. */
  public synchronized void restore(Path file) {
    instance.restore(file);
  }

  /**
   * Writes the signals of the cycles {@code fromCycle <= cycle < toCycle} to an FST file; needs
   * {@link LibraryOptions#withTrace}.
   */
  public synchronized void trace(Path file, long fromCycle, long toCycle) {
    instance.trace(file, fromCycle, toCycle);
  }

  /** Ends the trace; closing the machine does so too. */
  public synchronized void closeTrace() {
    instance.closeTrace();
  }

  @Override
  public synchronized void close() {
    instance.close();
    memory.close();
  }
}

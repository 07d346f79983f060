package dev.heddle.testbench;

import com.sun.jna.Memory;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogDesign.Port;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One running copy of any design, with access to its ports; for tests of small modules.
 *
 * <pre>
 *   try (Simulation counter = Simulation.of(design)) {
 *     counter.clock("clk");
 *     counter.set("enable", 1);
 *     counter.step(5);
 *     assertThat(counter.value("count")).isEqualTo(5);
 *   }
 * </pre>
 *
 * A step settles the design with the inputs as set, then makes a rising and a falling edge; after
 * it the outputs show the new state. Each call crosses into native code once (about a microsecond);
 * {@link #batch} runs thousands of cycles in one call.
 *
 * <p>Values are unsigned bit patterns; a negative number is taken as two's complement.
 */
public final class Simulation implements AutoCloseable {
  /** Clock period where none is given, in picoseconds. */
  public static final long DEFAULT_PERIOD = 1000;

  private final NativeInstance instance;
  private final VerilatedLibrary owned;
  private final Map<String, Integer> indexes = new HashMap<>();
  private final List<Port> ports;
  private final Map<String, Integer> clocks = new HashMap<>();

  /** Of the parts beside the design, by their numbers. */
  private final List<CardMemory> memories = new ArrayList<>();

  private Simulation(VerilatedLibrary library, long seed, VerilatedLibrary owned) {
    this.owned = owned;
    this.ports = library.design().ports();
    for (int i = 0; i < ports.size(); i++) {
      indexes.put(ports.get(i).name(), i);
    }
    this.instance = new NativeInstance(library, seed);
  }

  /**
   * A simulation in a library that is already loaded.
   *
   * @param seed of registers without reset, if the library was built to randomise them
   */
  public static Simulation in(VerilatedLibrary library, long seed) {
    return new Simulation(library, seed, null);
  }

  /** A simulation of a design, built with {@link LibraryOptions#CHECKED}. */
  public static Simulation of(VerilogDesign design) {
    return of(design, LibraryOptions.CHECKED, 1);
  }

  /** A simulation of a design; its library is closed with it. */
  public static Simulation of(VerilogDesign design, LibraryOptions options, long seed) {
    VerilatedLibrary library = VerilatedLibrary.of(design, options);
    try {
      return new Simulation(library, seed, library);
    } catch (RuntimeException e) {
      library.close();
      throw e;
    }
  }

  /** Declares a clock of {@link #DEFAULT_PERIOD}. The first clock declared counts the cycles. */
  public void clock(String port) {
    clock(port, DEFAULT_PERIOD, 0);
  }

  /**
   * Declares a clock.
   *
   * @param period picoseconds, even
   * @param phase picoseconds by which its first rising edge, otherwise after half a period, is late
   */
  public synchronized void clock(String port, long period, long phase) {
    instance.check(instance.abi().heddle_add_clock(instance.handle(), index(port), period, phase));
    clocks.put(port, clocks.size());
  }

  private int index(String port) {
    Integer index = indexes.get(port);
    if (index == null) {
      throw new IllegalArgumentException(
          "%s has no port %s; it has %s"
              .formatted(
                  instance.library().design().top(),
                  port,
                  String.join(", ", ports.stream().map(Port::name).toList())));
    }
    return index;
  }

  private int clockIndex(String port) {
    Integer index = clocks.get(port);
    if (index == null) {
      throw new IllegalStateException(
          "%s was not declared as a clock; call clock(\"%s\") first".formatted(port, port));
    }
    return index;
  }

  private static int bytes(Port port) {
    return (port.width() + 7) / 8;
  }

  /** Drives an input; wider than 64 bits, a negative value is sign-extended. */
  public void set(String port, long value) {
    set(port, BigInteger.valueOf(value));
  }

  /**
   * Drives an input.
   *
   * @throws IllegalArgumentException if the value does not fit the port
   */
  public synchronized void set(String name, BigInteger value) {
    int index = index(name);
    Port port = ports.get(index);
    int limit = value.signum() < 0 ? port.width() - 1 : port.width();
    if (value.bitLength() > limit) {
      throw new IllegalArgumentException(
          "%s does not fit port %s of %d bits".formatted(value, name, port.width()));
    }
    byte[] big = value.toByteArray();
    byte[] little = new byte[bytes(port)];
    byte fill = (byte) (value.signum() < 0 ? -1 : 0);
    for (int i = 0; i < little.length; i++) {
      little[i] = i < big.length ? big[big.length - 1 - i] : fill;
    }
    instance.check(instance.abi().heddle_set(instance.handle(), index, little));
  }

  /** The lowest 64 bits of a port; unsigned if the port is narrower. */
  public long value(String port) {
    return wideValue(port).longValue();
  }

  /** The value of a port as an unsigned number. */
  public synchronized BigInteger wideValue(String name) {
    int index = index(name);
    byte[] little = new byte[bytes(ports.get(index))];
    instance.check(instance.abi().heddle_get(instance.handle(), index, little));
    byte[] big = new byte[little.length];
    for (int i = 0; i < little.length; i++) {
      big[little.length - 1 - i] = little[i];
    }
    return new BigInteger(1, big);
  }

  /** Lets combinational outputs follow the inputs, without a clock edge. */
  public synchronized void eval() {
    instance.check(instance.abi().heddle_eval(instance.handle()));
  }

  /** One cycle of the first clock. */
  public void step() {
    step(1);
  }

  /** Cycles of the first clock. */
  public synchronized void step(long cycles) {
    instance.check(instance.abi().heddle_step(instance.handle(), 0, cycles));
  }

  /** Cycles of one of several clocks; the others keep running. */
  public synchronized void step(String clock, long cycles) {
    instance.check(instance.abi().heddle_step(instance.handle(), clockIndex(clock), cycles));
  }

  /** Holds the input {@code reset} at 1 for some cycles of the first clock. */
  public void reset(long cycles) {
    set("reset", 1);
    step(cycles);
    set("reset", 0);
    eval();
  }

  /**
   * Runs cycles of the first clock with new inputs in every cycle. In each: drives the inputs, lets
   * them settle, samples the outputs, makes the clock edge. A value takes {@code ceil(width / 8)}
   * bytes, least significant first; the values of a cycle follow each other in the order of the
   * names.
   *
   * @param in {@code cycles} times the inputs, from the buffer's position
   * @param out takes {@code cycles} times the outputs, from the buffer's position
   */
  public synchronized void batch(
      long cycles, List<String> inputs, ByteBuffer in, List<String> outputs, ByteBuffer out) {
    long inBytes = Math.multiplyExact(cycles, cycleBytes(inputs));
    long outBytes = Math.multiplyExact(cycles, cycleBytes(outputs));
    require(in, inBytes, "inputs");
    require(out, outBytes, "outputs");
    try (Memory source = new Memory(Math.max(1, inBytes));
        Memory target = new Memory(Math.max(1, outBytes))) {
      source.getByteBuffer(0, Math.max(1, inBytes)).put(in.slice().limit((int) inBytes));
      instance.check(
          instance
              .abi()
              .heddle_batch(
                  instance.handle(),
                  0,
                  cycles,
                  indexes(inputs),
                  inputs.size(),
                  source,
                  indexes(outputs),
                  outputs.size(),
                  target));
      out.slice().put(target.getByteBuffer(0, Math.max(1, outBytes)).limit((int) outBytes));
    }
  }

  private static void require(ByteBuffer buffer, long bytes, String what) {
    if (buffer.remaining() < bytes) {
      throw new IllegalArgumentException(
          "the %s take %d bytes but the buffer has %d".formatted(what, bytes, buffer.remaining()));
    }
  }

  private long cycleBytes(List<String> names) {
    return names.stream().mapToLong(name -> bytes(ports.get(index(name)))).sum();
  }

  private int[] indexes(List<String> names) {
    // JNA passes no empty arrays.
    return names.isEmpty() ? new int[1] : names.stream().mapToInt(this::index).toArray();
  }

  /**
   * Puts a part beside the design; gives its number.
   *
   * @param prefix what the names of its ports begin with
   * @param specification the part as the native side reads it
   * @param memory what it needs as long as the simulation runs
   */
  synchronized int attach(String prefix, String specification, CardMemory memory) {
    instance.check(
        instance
            .abi()
            .heddle_attach(
                instance.handle(), prefix, specification, memory.pointer(), memory.size()));
    memories.add(memory);
    return memories.size() - 1;
  }

  /** The counters of a part. */
  synchronized long[] statistics(int part, int count) {
    long[] values = new long[count];
    int known =
        instance.abi().heddle_part_statistics(instance.handle(), part, values, values.length);
    if (known != count) {
      throw new IllegalStateException(
          "part %d has %d counters, not %d".formatted(part, known, count));
    }
    return values;
  }

  /** Rising edges of the first clock so far. */
  public synchronized long cycle() {
    return instance.cycle();
  }

  /** Simulated time in picoseconds. */
  public synchronized long time() {
    return instance.abi().heddle_time(instance.handle());
  }

  /** What the design printed with {@code $display} and the like; the last megabyte of it. */
  public synchronized String log() {
    return instance.log();
  }

  /** Saves the whole state; the simulation must not have stopped. */
  public synchronized void save(Path file) {
    instance.save(file);
  }

  /**
   * Restores a state saved by the same design with the same options.
   *
   * @throws SimulationException if the file is damaged or of another design; the state is then
   *     unchanged
   */
  public synchronized void restore(Path file) {
    instance.restore(file);
  }

  /**
   * Writes the signals of the cycles {@code fromCycle <= cycle < toCycle} to an FST file, from now
   * on; needs {@link LibraryOptions#withTrace}.
   */
  public synchronized void trace(Path file, long fromCycle, long toCycle) {
    instance.trace(file, fromCycle, toCycle);
  }

  /** Ends the trace; closing the simulation does so too. */
  public synchronized void closeTrace() {
    instance.closeTrace();
  }

  @Override
  public synchronized void close() {
    instance.close();
    memories.forEach(CardMemory::close);
    memories.clear();
    if (owned != null) {
      owned.close();
    }
  }
}

package dev.heddle.host.bench;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleCompiler;
import dev.heddle.host.mask.MaskCost;
import dev.heddle.testbench.CardMemory;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.PortStatistics;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import dev.heddle.testbench.attention.AttentionWork;
import dev.heddle.testbench.matmul.BareMachine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The attention of all layers of a vision transformer with fixed masks as one ATTEND descriptor, an
 * entry of the head table for the heads of each layer. Queries, keys and values are random, outputs
 * are X8 codes.
 *
 * <p>The schedule of the first layer knows that its keys come one after the other; those of the
 * other layers lie on chip before the layer begins.
 */
final class MaskedAttention {
  private static final int SEED = 1;
  private static final int EXPONENT_SPREAD = 3;

  /** Keys whose exponents are one line. */
  private static final int KEYS_PER_EXPONENT_LINE = 32;

  /**
   * What a run measured.
   *
   * @param cycles of the ATTEND descriptor, as its completion record tells
   * @param bytes bytes of all read and written beats on all ports, descriptors included
   */
  record Measured(long cycles, long bytes) {}

  private final Configuration configuration;
  private final AttentionShape shape;
  private final List<AttentionMask> layers;
  private final List<Schedule> schedules = new ArrayList<>();
  private final MaskCost cost;

  /**
   * Compiles the schedules and proves that they compute the masks.
   *
   * @param linesPerCycle how fast the keys of the first layer come
   * @throws BenchmarkException when a mask does not fit the machine
   */
  MaskedAttention(Configuration configuration, List<AttentionMask> layers, double linesPerCycle) {
    this.configuration = configuration;
    this.shape = configuration.attention().orElseThrow();
    this.layers = List.copyOf(layers);
    ScheduleCompiler compiler = new ScheduleCompiler(shape.lanes(), shape.banks());
    List<MaskCost> costs = new ArrayList<>();
    for (AttentionMask mask : layers) {
      requireFit(mask);
      Schedule schedule =
          schedules.isEmpty()
              ? compiler.compile(mask, arrivals(mask.keys(), linesPerCycle))
              : compiler.compile(mask);
      schedules.add(schedule);
      costs.add(MaskCost.of(mask, schedule, shape.banks(), shape.keyDimension()));
    }
    cost = costs.stream().reduce(MaskCost::plus).orElseThrow();
  }

  /** What the work costs by calculation. */
  MaskCost cost() {
    return cost;
  }

  /** Cycles in which the lanes could score all pairs, each lane one a cycle. */
  long arithmeticFloor() {
    return (cost.nonZeros() + shape.lanes() - 1) / shape.lanes();
  }

  private void requireFit(AttentionMask mask) {
    if (mask.rows() > shape.rows()
        || mask.keys() > shape.keys()
        || mask.longestRow() > shape.longestRow()
        || mask.emptyRows().length > 0) {
      throw new BenchmarkException(
          ("a layer is a %s with a longest row of %d keys and %d empty rows; the machine of this"
                  + " benchmark takes up to %d rows and %d keys a layer, rows of 1 to %d keys")
              .formatted(
                  mask,
                  mask.longestRow(),
                  mask.emptyRows().length,
                  shape.rows(),
                  shape.keys(),
                  shape.longestRow()));
    }
  }

  private static int[] arrivals(int keys, double linesPerCycle) {
    int[] available = new int[keys];
    Arrays.setAll(available, key -> (int) ((key + key / KEYS_PER_EXPONENT_LINE) / linesPerCycle));
    return available;
  }

  /**
   * Runs on a machine of {@code library}.
   *
   * @throws BenchmarkException when a bit of the outputs is not that of the golden model
   */
  Measured run(VerilatedLibrary library, MemoryModel memory) {
    // Outputs are allocated at the size of FP32 rows: less than three times what is moved.
    long bytes = BareMachine.DATA + 3 * cost.bytes() + (long) layers.size() * CardMemory.PAGE;
    long pages = (bytes + CardMemory.PAGE - 1) / CardMemory.PAGE;
    AttentionWork work = new AttentionWork(Math.toIntExact(pages * CardMemory.PAGE));
    Random random = new Random(SEED);
    int lines = shape.keyDimension() / GoldenHead.LINE;
    for (int i = 0; i < layers.size(); i++) {
      AttentionMask mask = layers.get(i);
      HeadEntry entry =
          work.random(
              random,
              mask.rows(),
              mask.keys(),
              lines,
              shape.valueDimension() / GoldenHead.LINE,
              shape.keyDimension(),
              EXPONENT_SPREAD);
      work.schedule(entry, schedules.get(i), HeadEntry.Output.X8);
    }
    List<Descriptor> list = List.of(work.attend(), Descriptor.of(Operation.END));
    SimulatedMachine.Board board =
        SimulatedMachine.Board.of(pages * CardMemory.PAGE, configuration.clockHz(), memory);
    try (SimulatedMachine machine = new SimulatedMachine(library, board)) {
      work.store(machine.memory());
      long cycles = new BareMachine(configuration, machine).run(list).get(0).cycles();
      work.runGolden(shape.lanes());
      long difference = work.firstDifference(machine.memory());
      if (difference >= 0) {
        throw new BenchmarkException(
            ("the simulated machine computed attention wrong: card memory differs at 0x%x;"
                    + " no figure is given")
                .formatted(difference));
      }
      return new Measured(cycles, movedBytes(machine));
    }
  }

  private long movedBytes(SimulatedMachine machine) {
    long beats = 0;
    for (int port = 0; port < configuration.ports(); port++) {
      PortStatistics statistics = machine.statistics(port);
      beats += statistics.readBeats() + statistics.writeBeats();
    }
    return beats * configuration.beatBytes();
  }
}

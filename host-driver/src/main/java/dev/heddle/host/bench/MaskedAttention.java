package dev.heddle.host.bench;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.mask.AttentionMask;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.host.mask.MaskCost;
import dev.heddle.host.mask.MaskScheduler;
import dev.heddle.testbench.BuildProgress;
import dev.heddle.testbench.CardMemory;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.attention.AttentionWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The attention of all layers of a vision transformer with fixed masks as one ATTEND descriptor, an
 * entry of the head table for the heads of each layer. Queries, keys and values are random, outputs
 * are X8 codes.
 *
 * <p>The schedule of the first layer knows that its keys come one after the other; those of the
 * other layers lie on chip before the layer begins, or lanes wait for them. Where memory and not
 * the lanes bound the whole, all schedules take the keys in the order in which they come, so that
 * rows are read and written while keys are loaded.
 */
final class MaskedAttention {
  private static final int SEED = 1;
  private static final int EXPONENT_SPREAD = 3;

  /** How fast keys come, in lines a cycle, where their port has the memory to itself. */
  private static final double LINES_OF_A_PORT = 1;

  private final Configuration configuration;
  private final AttentionShape shape;
  private final List<AttentionMask> layers;
  private final MemoryModel.Shared memory;
  private final List<Schedule> schedules = new ArrayList<>();
  private MaskCost cost;

  /**
   * Compiles the schedules and proves that they compute the masks.
   *
   * @param memory the memory of all ports; each gets an equal share while all want more
   * @throws BenchmarkException when a mask does not fit the machine
   */
  MaskedAttention(
      Configuration configuration, List<AttentionMask> layers, MemoryModel.Shared memory) {
    this.configuration = configuration;
    this.shape = configuration.attention().orElseThrow();
    this.layers = List.copyOf(layers);
    this.memory = memory;
    layers.forEach(this::requireFit);
    compile(1, memory.bandwidth() / configuration.ports());
    if (bound() > arithmeticFloor()) {
      compile(layers.size(), LINES_OF_A_PORT);
    }
  }

  /** Compiles the schedules; those of the first {@code loading} layers while keys are loaded. */
  private void compile(int loading, double linesPerCycle) {
    MaskScheduler scheduler = new MaskScheduler(shape);
    List<MaskCost> costs = new ArrayList<>();
    schedules.clear();
    for (AttentionMask mask : layers) {
      Schedule schedule =
          schedules.size() < loading
              ? scheduler.whileLoading(mask, linesPerCycle)
              : scheduler.onChip(mask);
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

  /** The higher of the bounds of lanes and memory over all layers, in cycles. */
  long bound() {
    double bytesPerCycle = memory.bandwidth() * configuration.beatBytes();
    return Math.max(arithmeticFloor(), cost.memoryBound(bytesPerCycle));
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

  /**
   * Runs on a simulated machine.
   *
   * @param progress hears about the build of the simulator library
   * @throws BenchmarkException when a bit of the outputs is not that of the golden model
   */
  AttentionRun run(BuildProgress progress) {
    // Outputs are allocated at the size of FP32 rows: less than three times what is moved.
    long bytes = 3 * cost.bytes() + (long) layers.size() * CardMemory.PAGE;
    AttentionWork work = new AttentionWork(AttentionRun.memoryFor(bytes));
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
    return AttentionRun.of(configuration, work, memory, progress);
  }
}

package dev.heddle.accel;

import dev.heddle.hdl.verilog.VerilogWriter;
import dev.heddle.testbench.LibraryOptions;
import dev.heddle.testbench.MemoryModel;
import dev.heddle.testbench.SimulatedMachine;
import dev.heddle.testbench.VerilatedLibrary;
import java.util.Optional;
import java.util.Random;

/** Machines for the regressions: assertions on where the model is small. */
final class TestMachine {
  /** Eight ports of the least width, one lane each, one vector at a time, one burst in flight. */
  static final Configuration NARROW =
      new Configuration("narrow", 8, 32, 1, 8, 1, 5, 1, 100_000_000, Optional.empty());

  /** One wide port with many narrow lanes, a number of vectors that is no power of two. */
  static final Configuration BROAD =
      new Configuration("broad", 1, 512, 16, 8, 3, 9, 3, 250_000_000, Optional.empty());

  /** A step is a block, a scale beat has the scales of one block, the most vectors. */
  static final Configuration SINGLE =
      new Configuration("single", 2, 64, 4, 32, 64, 40, 64, 100_000_000, Optional.empty());

  /** Compact: as many steps of a block as a term can have pieces, and two steps in a beat. */
  static final Configuration COMPACT = compact("compact", 128, 4, 8);

  /** Compact: a step takes two beats of weights, and is four of activations. */
  static final Configuration COMPACT_LANE = compact("compact_lane", 32, 1, 16);

  private static final int MEMORY_BYTES = 1 << 24;
  private static final int MOST_CHECKED_MULTIPLIERS = 256;

  private TestMachine() {}

  private static Configuration compact(String name, int portBits, int lanes, int columns) {
    return new Configuration(
        name,
        1,
        portBits,
        lanes,
        columns,
        3,
        9,
        2,
        50_000_000,
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        true);
  }

  /** The library of a machine. */
  static VerilatedLibrary library(Configuration configuration) {
    LibraryOptions options =
        configuration.multipliers() <= MOST_CHECKED_MULTIPLIERS
            ? LibraryOptions.CHECKED
            : LibraryOptions.FAST;
    return VerilatedLibrary.of(VerilogWriter.write(new Machine(configuration)), options);
  }

  /** A machine with 16 MB of card memory. */
  static SimulatedMachine on(
      VerilatedLibrary library, Configuration configuration, MemoryModel memory) {
    return new SimulatedMachine(
        library, SimulatedMachine.Board.of(MEMORY_BYTES, configuration.clockHz(), memory));
  }

  /** Some memory: ideal, of a fixed bandwidth, DDR4, or one whose answers take random times. */
  static MemoryModel memory(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> new MemoryModel.Ideal(1 + random.nextInt(60));
      case 1 -> new MemoryModel.Fixed(1 + random.nextInt(60), 0.1 + 0.9 * random.nextDouble());
      case 2 -> MemoryModel.Ddr.DDR4_2400;
      case 3 ->
          new MemoryModel.Random(
              random.nextLong(), 5 + random.nextInt(96), 1 + random.nextInt(200), true);
      default -> MemoryModel.Random.of(random.nextLong());
    };
  }
}

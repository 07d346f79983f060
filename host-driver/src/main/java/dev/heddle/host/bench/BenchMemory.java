package dev.heddle.host.bench;

import dev.heddle.testbench.MemoryModel;
import java.util.List;

/**
 * A memory that benchmarks measure with.
 *
 * @param name how cases are called after it
 * @param model each port has one of its own
 */
record BenchMemory(String name, MemoryModel model) {
  /** 32 cycles, 128 ns at 250 MHz, to the first beat. */
  static final BenchMemory IDEAL = new BenchMemory("ideal", new MemoryModel.Ideal(32));

  /** With refresh and open rows. */
  static final BenchMemory DDR4 = new BenchMemory("ddr4", MemoryModel.Ddr.DDR4_2400);

  /** Both. */
  static final List<BenchMemory> ALL = List.of(IDEAL, DDR4);
}

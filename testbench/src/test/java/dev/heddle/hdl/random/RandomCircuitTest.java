package dev.heddle.hdl.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.random.Comparison.Simulator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The Verilog of random circuits does what the interpreter says, by Verilator and by Icarus.
 *
 * <p>Many circuits share a library, since compiling costs more than running. A circuit that fails
 * is made smaller by {@link Comparison}.
 *
 * <p>{@code -Dheddle.seed=N} repeats the run that printed N.
 */
class RandomCircuitTest {
  private static final long SEED = Long.getLong("heddle.seed", System.nanoTime());
  private static final int BATCHES = 10;
  private static final int BATCH = 200;

  @Test
  void verilatorAndIcarusAgreeWithTheInterpreter() {
    System.out.printf("random circuits: heddle.seed=%d%n", SEED);
    Coverage coverage = new Coverage();
    List<Optional<String>> reports =
        IntStream.range(0, BATCHES)
            .parallel()
            .mapToObj(i -> run(SEED + (long) i * BATCH, simulators(i), coverage))
            .toList();
    assertThat(reports).allSatisfy(report -> assertThat(report).isEmpty());
    assertThat(coverage.circuits()).isEqualTo(BATCHES * BATCH);
    assertThat(coverage.missing()).as("what the circuits of seed %d lack", SEED).isEmpty();
    System.out.printf("%d circuits agree, rarest: %s%n", coverage.circuits(), coverage.rarest());
  }

  /** Icarus runs every batch; Verilator, whose C++ takes long to compile, every other one. */
  private static List<Simulator> simulators(int batch) {
    return batch % 2 == 0
        ? List.of(Simulators::icarus, Simulators::verilator)
        : List.of(Simulators::icarus);
  }

  private static Optional<String> run(long first, List<Simulator> simulators, Coverage coverage) {
    List<Plan> plans = LongStream.range(first, first + BATCH).mapToObj(Plan::of).toList();
    CircuitBatch batch = new CircuitBatch(plans);
    synchronized (coverage) {
      coverage.add(plans, batch.definition);
    }
    for (Simulator simulator : simulators) {
      Comparison comparison = new Comparison(simulator);
      Optional<String> difference = comparison.difference(batch);
      if (difference.isPresent()) {
        return difference.map(whole -> comparison.report(plans, whole));
      }
    }
    return Optional.empty();
  }
}

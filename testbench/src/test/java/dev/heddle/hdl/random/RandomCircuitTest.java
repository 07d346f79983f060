package dev.heddle.hdl.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.random.Comparison.Simulator;
import dev.heddle.hdl.random.Simulators.UnfinishedException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The Verilog of random circuits does what the interpreter says, by Verilator and by Icarus.
 *
 * <p>Many circuits share a library, since compiling costs more than running. A circuit that fails
 * is made smaller by {@link Comparison}.
 *
 * <p>The circuits are the same in every run, so that a run tells of a change and not of a fault
 * that a simulator always had; {@code -Dheddle.seed=N} takes others.
 */
class RandomCircuitTest {
  private static final long SEED = Long.getLong("heddle.seed", 20_261_122L);
  private static final int BATCHES = 10;
  private static final int BATCH = 200;

  /** How many circuits may be beyond Icarus; none is for Verilator. */
  private static final int UNFINISHED = 3;

  private final AtomicInteger unfinished = new AtomicInteger();

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
    System.out.printf(
        "%d circuits agree but %d that took too long, rarest: %s%n",
        coverage.circuits() - unfinished.get(), unfinished.get(), coverage.rarest());
  }

  /** Icarus runs every batch; Verilator, whose C++ takes long to compile, every other one. */
  private static List<Simulator> simulators(int batch) {
    return batch % 2 == 0
        ? List.of(Simulators::icarus, Simulators::verilator)
        : List.of(Simulators::icarus);
  }

  private Optional<String> run(long first, List<Simulator> simulators, Coverage coverage) {
    List<Plan> plans = LongStream.range(first, first + BATCH).mapToObj(Plan::of).toList();
    CircuitBatch batch = new CircuitBatch(plans);
    synchronized (coverage) {
      coverage.add(plans, batch.definition);
    }
    return simulators.stream()
        .map(simulator -> difference(plans, batch, new Comparison(simulator)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** A batch that takes too long is halved until the circuit to blame is alone. */
  private Optional<String> difference(List<Plan> plans, CircuitBatch batch, Comparison comparison) {
    try {
      return comparison.difference(batch).map(whole -> comparison.report(plans, whole));
    } catch (UnfinishedException e) {
      if (plans.size() == 1) {
        long seed = plans.get(0).seed();
        return unfinished.incrementAndGet() > UNFINISHED
            ? Optional.of("seed %d, and %d more: %s".formatted(seed, UNFINISHED, e.getMessage()))
            : Optional.empty();
      }
      int half = plans.size() / 2;
      return Stream.of(plans.subList(0, half), plans.subList(half, plans.size()))
          .map(part -> difference(part, new CircuitBatch(part), comparison))
          .flatMap(Optional::stream)
          .findFirst();
    }
  }
}

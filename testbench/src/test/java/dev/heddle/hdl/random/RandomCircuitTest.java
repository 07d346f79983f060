package dev.heddle.hdl.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.hdl.verilog.VerilogWriter;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * The Verilog of random circuits does what the interpreter says, by Verilator and by Icarus.
 *
 * <p>Many circuits share a library, since compiling costs more than running. A circuit that fails
 * is made smaller here, step by step, and not by jqwik, which knows only that the batch failed.
 */
class RandomCircuitTest {
  private static final int CYCLES = 40;

  /** The steps of the circuits of a batch, too many to print. */
  record Circuits(List<List<Step>> steps) {
    @Override
    public String toString() {
      return steps.size() + " circuits";
    }
  }

  @Provide
  Arbitrary<Circuits> circuits() {
    Arbitrary<Integer> choice = Arbitraries.integers().between(0, 1 << 20);
    Arbitrary<Integer> width =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(4, Arbitraries.integers().between(1, 16)),
            net.jqwik.api.Tuple.of(2, Arbitraries.integers().between(17, 70)),
            net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(71, RandomCircuit.WIDEST)));
    Arbitrary<Step> step =
        Combinators.combine(Arbitraries.of(Step.Kind.class), choice, choice, choice, width)
            .as(Step::new);
    return step.list().ofMinSize(5).ofMaxSize(30).list().ofSize(60).map(Circuits::new);
  }

  @Property(tries = 1, shrinking = ShrinkingMode.OFF, edgeCases = net.jqwik.api.EdgeCasesMode.NONE)
  void verilatorAgreesWithTheInterpreter(@ForAll("circuits") Circuits circuits) {
    agrees(circuits.steps(), Simulators::verilator);
  }

  @Property(tries = 4, shrinking = ShrinkingMode.OFF, edgeCases = net.jqwik.api.EdgeCasesMode.NONE)
  void icarusAgreesWithTheInterpreter(@ForAll("circuits") Circuits circuits) {
    agrees(circuits.steps(), RandomCircuitTest::icarus);
  }

  private static void agrees(
      List<List<Step>> circuits, Function<CircuitBatch, List<List<String>>> simulator) {
    CircuitBatch batch = new CircuitBatch(circuits, CYCLES, 1);
    assertThat(batch.outputs.size()).isGreaterThan(circuits.size());
    String difference = difference(batch, simulator.apply(batch));
    if (difference == null) {
      return;
    }
    int circuit = Integer.parseInt(difference.replaceAll("(?s).*?c(\\d+)_.*", "$1"));
    throw new AssertionError(difference + "\n" + smallest(circuits.get(circuit), simulator));
  }

  /** What differs first, or null. */
  private static String difference(CircuitBatch batch, List<List<String>> results) {
    List<String> names = List.copyOf(batch.outputs.keySet());
    List<Integer> widths = List.copyOf(batch.outputs.values());
    assertThat(results).hasSize(CYCLES);
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      for (int i = 0; i < names.size(); i++) {
        BigInteger wanted = batch.expected.get(cycle).get(i);
        String expected = Simulators.hex(wanted, widths.get(i));
        if (!results.get(cycle).get(i).equals(expected)) {
          return "cycle %d: %s is %s, the interpreter says %s"
              .formatted(cycle, names.get(i), results.get(cycle).get(i), expected);
        }
      }
    }
    return null;
  }

  private static String smallest(
      List<Step> circuit, Function<CircuitBatch, List<List<String>>> simulator) {
    List<Step> steps = circuit;
    String why = "alone the circuit agrees";
    for (int chunk = Math.max(1, steps.size() / 2); chunk >= 1; chunk /= 2) {
      for (int start = 0; start < steps.size(); ) {
        List<Step> fewer = new ArrayList<>(steps.subList(0, start));
        fewer.addAll(steps.subList(Math.min(steps.size(), start + chunk), steps.size()));
        CircuitBatch batch = new CircuitBatch(List.of(fewer), CYCLES, 1);
        String difference = difference(batch, simulator.apply(batch));
        if (difference != null) {
          steps = fewer;
          why = difference;
        } else {
          start += chunk;
        }
      }
    }
    return why
        + "\n"
        + steps
        + "\n"
        + VerilogWriter.write(new RandomCircuit("Smallest", steps)).text();
  }

  private static List<List<String>> icarus(CircuitBatch batch) {
    try {
      Path folder = Files.createTempDirectory("icarus");
      try {
        return Simulators.icarus(batch, folder);
      } finally {
        try (Stream<Path> files = Files.walk(folder)) {
          files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

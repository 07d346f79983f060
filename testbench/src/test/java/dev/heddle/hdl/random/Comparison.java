package dev.heddle.hdl.random;

import dev.heddle.hdl.random.Simulators.UnfinishedException;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Compares a simulation of the Verilog of circuits with the interpreter. */
final class Comparison {
  private static final int[] SMALL = {0, 1, 2, 3};

  /** A simulator: the outputs of each cycle as hexadecimal digits. */
  @FunctionalInterface
  interface Simulator {
    List<List<String>> run(CircuitBatch batch, VerilogDesign design);
  }

  private final Simulator simulator;

  Comparison(Simulator simulator) {
    this.simulator = simulator;
  }

  /**
   * What differs first between the simulation of a batch and the interpreter.
   *
   * @throws UnfinishedException when the simulation takes too long
   */
  Optional<String> difference(CircuitBatch batch) {
    List<List<String>> results;
    try {
      results = simulator.run(batch, batch.design);
    } catch (UnfinishedException e) {
      throw e;
    } catch (RuntimeException e) {
      return Optional.of("the simulation failed: " + e);
    }
    List<String> names = List.copyOf(batch.outputs.keySet());
    List<Integer> widths = List.copyOf(batch.outputs.values());
    for (int cycle = 0; cycle < CircuitBatch.CYCLES; cycle++) {
      for (int i = 0; i < names.size(); i++) {
        BigInteger wanted = batch.expected.get(cycle).get(i);
        String expected = Simulators.hex(wanted, widths.get(i));
        if (!results.get(cycle).get(i).equals(expected)) {
          return Optional.of(
              "cycle %d: %s is %s, the interpreter says %s"
                  .formatted(cycle, names.get(i), results.get(cycle).get(i), expected));
        }
      }
    }
    return Optional.empty();
  }

  private boolean differs(List<Plan> plans) {
    try {
      return difference(new CircuitBatch(plans)).isPresent();
    } catch (UnfinishedException e) {
      return false;
    }
  }

  /**
   * A report with the smallest circuit found that differs.
   *
   * @param plans the circuits of a batch that differs
   * @param whole what differed first in it
   */
  String report(List<Plan> plans, String whole) {
    if (!differs(plans)) {
      return whole + "\nnot the second time, in a batch with the seeds " + seeds(plans);
    }
    Plan guilty = guilty(plans);
    if (!differs(List.of(guilty))) {
      return whole + "\nonly in a batch with the seeds " + seeds(plans);
    }
    Plan small = smallest(guilty);
    return """
        Circuit of seed %dL differs; the smallest made of it has %d of its %d steps:
        %s
        %s
        %s"""
        .formatted(
            guilty.seed(),
            small.steps().size(),
            guilty.steps().size(),
            small.steps().stream().map(step -> "  " + step).collect(Collectors.joining("\n")),
            difference(new CircuitBatch(List.of(small))).orElseThrow(),
            VerilogWriter.write(new RandomCircuit("Smallest", small.steps())).text());
  }

  private static List<Long> seeds(List<Plan> plans) {
    return plans.stream().map(Plan::seed).toList();
  }

  /** One circuit of a batch that differs, found by halves. */
  private Plan guilty(List<Plan> plans) {
    List<Plan> rest = plans;
    while (rest.size() > 1) {
      List<Plan> half = rest.subList(0, rest.size() / 2);
      rest = differs(half) ? half : rest.subList(rest.size() / 2, rest.size());
    }
    return rest.get(0);
  }

  /** Leaves out steps and makes numbers smaller as long as the circuit differs. */
  Plan smallest(Plan plan) {
    Predicate<List<Step>> fails = steps -> differs(List.of(plan.with(steps)));
    List<Step> steps = fewer(plan.steps(), fails);
    for (int i = 0; i < steps.size(); i++) {
      for (Step simpler : simpler(steps.get(i))) {
        List<Step> changed = new ArrayList<>(steps);
        changed.set(i, simpler);
        if (fails.test(changed)) {
          steps = changed;
          break;
        }
      }
    }
    return plan.with(fewer(steps, fails));
  }

  private static List<Step> fewer(List<Step> all, Predicate<List<Step>> fails) {
    List<Step> steps = all;
    for (int chunk = Math.max(1, steps.size() / 2); chunk >= 1; chunk /= 2) {
      for (int start = 0; start < steps.size(); ) {
        List<Step> rest = new ArrayList<>(steps.subList(0, start));
        rest.addAll(steps.subList(Math.min(steps.size(), start + chunk), steps.size()));
        if (fails.test(rest)) {
          steps = rest;
        } else {
          start += chunk;
        }
      }
    }
    return steps;
  }

  /** The step with smaller numbers, the simplest first. */
  private static List<Step> simpler(Step step) {
    List<Step> steps = new ArrayList<>();
    for (int width : new int[] {Math.min(step.width(), 4), step.width()}) {
      for (int choice : SMALL) {
        steps.add(new Step(step.kind(), choice, choice, choice, width));
      }
    }
    steps.add(new Step(step.kind(), step.a(), step.b(), step.c(), Math.min(step.width(), 4)));
    steps.removeIf(step::equals);
    return steps;
  }
}

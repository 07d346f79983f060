package dev.heddle.hdl.random;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Value;
import dev.heddle.hdl.ir.Arithmetic;
import dev.heddle.hdl.ir.Definition;
import dev.heddle.hdl.ir.Interpreter;
import dev.heddle.hdl.verilog.VerilogDesign;
import dev.heddle.hdl.verilog.VerilogWriter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random circuits side by side in one design, with inputs for some cycles and the outputs that the
 * interpreter gives.
 *
 * <p>A cycle is one of the first clock. In it the inputs change, the outputs are sampled, and the
 * clocks rise. The rising edges of the second clock come before, at and after those of the first.
 */
final class CircuitBatch {
  /** Name of the second clock domain. */
  static final String SECOND = "second";

  static final int CYCLES = 40;
  static final long PERIOD = 1000;
  static final long SECOND_PERIOD = 1200;
  static final long SECOND_PHASE = 100;

  /** When the second clock rises in a cycle. */
  enum Edge {
    NEVER,
    BEFORE,
    TOGETHER,
    AFTER
  }

  /** Inputs of the top module with their widths, but for the clocks; the two resets come first. */
  final Map<String, Integer> inputs = new LinkedHashMap<>();

  /** Outputs of the top module with their widths. */
  final Map<String, Integer> outputs = new LinkedHashMap<>();

  /** Inputs of each cycle in port order, as bit patterns. */
  final List<List<BigInteger>> stimuli = new ArrayList<>();

  /** Outputs of each cycle in port order, as bit patterns. */
  final List<List<BigInteger>> expected = new ArrayList<>();

  /** The top module. */
  final Definition definition;

  final VerilogDesign design;

  private final List<Plan> plans;

  private final class Top extends Component {
    private final ClockDomain second = clockDomain(SECOND);

    Top() {
      for (int i = 0; i < plans.size(); i++) {
        RandomCircuit circuit = new RandomCircuit("Circuit" + i, plans.get(i).steps());
        if (circuit.hasSecond()) {
          inst(circuit, defaultDomain(), second);
        } else {
          inst("circuit_" + i, circuit);
        }
        String prefix = prefix(i);
        circuit.inputs.forEach(
            (name, port) -> {
              Value outer = named(prefix + name, in(domain(port), like(port.value())));
              connect(port.value(), outer);
              inputs.put(prefix + name, outer.width());
            });
        circuit.outputs.forEach(
            (name, port) -> {
              Value outer = named(prefix + name, out(domain(port), like(port.value())));
              connect(outer, port.value());
              outputs.put(prefix + name, outer.width());
            });
      }
      // Every batch has both clocks, whether or not its circuits have state.
      beat("beat", defaultDomain());
      beat("second_beat", second);
    }

    private ClockDomain domain(RandomCircuit.Port port) {
      return port.second() ? second : defaultDomain();
    }

    private void beat(String name, ClockDomain domain) {
      Bit beat = named(name, out(domain, bit()));
      clocked(
          domain,
          () -> {
            Bit phase = reg(bit(), 0);
            phase.set(phase.not());
            beat.set(phase);
          });
      outputs.put(name, 1);
    }
  }

  CircuitBatch(List<Plan> plans) {
    this.plans = List.copyOf(plans);
    inputs.put("reset", 1);
    inputs.put(SECOND + "_reset", 1);
    Component top = new Top();
    design = VerilogWriter.write(top);
    definition = top.close();
    drawStimuli();
    interpret();
  }

  private static String prefix(int circuit) {
    return "c" + circuit + "_";
  }

  /** The second clock in a cycle, as its period and phase have it. */
  static Edge edge(int cycle) {
    long start = cycle * PERIOD;
    long first = SECOND_PHASE + SECOND_PERIOD / 2;
    // The first rising edge after the start, none of which falls on the start of a cycle.
    long count = Math.max(0, -Math.floorDiv(first - start, SECOND_PERIOD));
    long rise = first + count * SECOND_PERIOD - start;
    return rise > PERIOD
        ? Edge.NEVER
        : rise < PERIOD / 2 ? Edge.BEFORE : rise == PERIOD / 2 ? Edge.TOGETHER : Edge.AFTER;
  }

  /** Inputs of a circuit depend on its seed alone, so that it does the same on its own. */
  private void drawStimuli() {
    Random resets = new Random(1);
    List<Random> draws = new ArrayList<>();
    plans.forEach(plan -> draws.add(new Random(~plan.seed())));
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      List<BigInteger> now = new ArrayList<>();
      for (Map.Entry<String, Integer> input : inputs.entrySet()) {
        String name = input.getKey();
        if (name.endsWith("reset")) {
          boolean reset = cycle < 2 || resets.nextInt(16) == 0;
          now.add(reset ? BigInteger.ONE : BigInteger.ZERO);
        } else {
          int circuit = Integer.parseInt(name.substring(1, name.indexOf('_')));
          now.add(pattern(input.getValue(), draws.get(circuit)));
        }
      }
      stimuli.add(now);
    }
  }

  private void interpret() {
    Interpreter interpreter = new Interpreter(definition);
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      List<BigInteger> now = stimuli.get(cycle);
      int index = 0;
      for (String name : inputs.keySet()) {
        BigInteger bits = now.get(index);
        if (index < 2) {
          interpreter.reset(index, bits.signum() != 0);
        } else {
          interpreter.set(name, bits);
        }
        index++;
      }
      List<BigInteger> out = new ArrayList<>();
      outputs.forEach(
          (name, width) -> out.add(Arithmetic.wrap(interpreter.value(name), width, false)));
      expected.add(out);
      switch (edge(cycle)) {
        case NEVER -> interpreter.step(0);
        case TOGETHER -> interpreter.step(0, 1);
        case BEFORE -> {
          interpreter.step(1);
          interpreter.step(0);
        }
        case AFTER -> {
          interpreter.step(0);
          interpreter.step(1);
        }
      }
    }
  }

  /** Mostly extremes, where carries and signs go wrong. */
  private static BigInteger pattern(int width, Random random) {
    BigInteger ones = BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
    return switch (random.nextInt(8)) {
      case 0 -> BigInteger.ZERO;
      case 1 -> ones;
      case 2 -> BigInteger.ONE.shiftLeft(width - 1);
      case 3 -> ones.shiftRight(1);
      case 4 -> BigInteger.valueOf(random.nextInt(4)).and(ones);
      default -> new BigInteger(width, random);
    };
  }
}

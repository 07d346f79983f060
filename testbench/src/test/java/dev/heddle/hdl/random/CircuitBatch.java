package dev.heddle.hdl.random;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Value;
import dev.heddle.hdl.ir.Arithmetic;
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
 */
final class CircuitBatch {
  /** Ports of the top module with their widths; inputs start with the reset. */
  final Map<String, Integer> inputs = new LinkedHashMap<>();

  final Map<String, Integer> outputs = new LinkedHashMap<>();

  /** Inputs of each cycle in port order, as bit patterns. */
  final List<List<BigInteger>> stimuli = new ArrayList<>();

  /** Outputs of each cycle in port order, as bit patterns. */
  final List<List<BigInteger>> expected = new ArrayList<>();

  final VerilogDesign design;

  private final class Top extends Component {
    Top(List<List<Step>> circuits) {
      for (int i = 0; i < circuits.size(); i++) {
        RandomCircuit circuit =
            inst("circuit_" + i, new RandomCircuit("Circuit" + i, circuits.get(i)));
        String prefix = "c" + i + "_";
        circuit.inputs.forEach(
            (name, inner) -> {
              Value outer = named(prefix + name, in(like(inner)));
              connect(inner, outer);
              inputs.put(prefix + name, inner.width());
            });
        circuit.outputs.forEach(
            (name, inner) -> {
              Value outer = named(prefix + name, out(like(inner)));
              connect(outer, inner);
              outputs.put(prefix + name, inner.width());
            });
      }
      // Every batch has a clock, whether or not its circuits have state.
      Bit beat = out(bit());
      Bit phase = reg(bit(), 0);
      phase.set(phase.not());
      beat.set(phase);
      outputs.put("beat", 1);
    }
  }

  CircuitBatch(List<List<Step>> circuits, int cycles, long seed) {
    Component top = new Top(circuits);
    design = VerilogWriter.write(top);
    Interpreter interpreter = new Interpreter(top.close());
    Random random = new Random(seed);
    for (int cycle = 0; cycle < cycles; cycle++) {
      boolean reset = cycle < 2 || random.nextInt(16) == 0;
      interpreter.reset(0, reset);
      List<BigInteger> in = new ArrayList<>();
      in.add(reset ? BigInteger.ONE : BigInteger.ZERO);
      inputs.forEach(
          (name, width) -> {
            BigInteger bits = pattern(width, random);
            in.add(bits);
            interpreter.set(name, bits);
          });
      stimuli.add(in);
      List<BigInteger> out = new ArrayList<>();
      outputs.forEach(
          (name, width) -> out.add(Arithmetic.wrap(interpreter.value(name), width, false)));
      expected.add(out);
      interpreter.step(0);
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

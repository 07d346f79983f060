package dev.heddle.lib;

import dev.heddle.testbench.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Values of the ports of a simulation over many cycles, which pass in one call. */
public final class Waves {
  private final Simulation sim;
  private final Map<String, byte[]> inputs;
  private final List<String> outputs = new ArrayList<>();
  private final List<Integer> widths = new ArrayList<>();

  /** Inputs of at most 8 bits, a value for each cycle. */
  public Waves(Simulation sim, Map<String, byte[]> inputs) {
    this.sim = sim;
    this.inputs = inputs;
  }

  /** An output of at most {@code bits}. */
  public Waves observe(String port, int bits) {
    outputs.add(port);
    widths.add((bits + 7) / 8);
    return this;
  }

  /** Runs {@code cycles} and says what the outputs were in each of them. */
  public Map<String, int[]> run(int cycles) {
    List<String> names = List.copyOf(inputs.keySet());
    ByteBuffer in = ByteBuffer.allocate(cycles * names.size());
    for (int cycle = 0; cycle < cycles; cycle++) {
      for (String name : names) {
        in.put(inputs.get(name)[cycle]);
      }
    }
    int bytes = widths.stream().mapToInt(Integer::intValue).sum();
    ByteBuffer out = ByteBuffer.allocate(cycles * bytes);
    sim.batch(cycles, names, in.flip(), outputs, out);
    Map<String, int[]> values = new HashMap<>();
    outputs.forEach(name -> values.put(name, new int[cycles]));
    for (int cycle = 0; cycle < cycles; cycle++) {
      for (int i = 0; i < outputs.size(); i++) {
        int value = 0;
        for (int b = 0; b < widths.get(i); b++) {
          value |= (out.get() & 0xff) << 8 * b;
        }
        values.get(outputs.get(i))[cycle] = value;
      }
    }
    return values;
  }
}

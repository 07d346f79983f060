package dev.heddle.host.transport;

import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The tokens that engines have released to one another and that were not taken yet. */
final class TokenQueues {
  private final int[][] counts = new int[Engine.values().length][Engine.values().length];

  /** Takes all tokens that a descriptor of {@code engine} waits for, or none. */
  boolean take(Engine engine, Descriptor descriptor) {
    if (!missing(engine, descriptor).isEmpty()) {
      return false;
    }
    for (Engine from : named(descriptor.value(Operation.WAIT))) {
      counts[from.ordinal()][engine.ordinal()]--;
    }
    return true;
  }

  /** Gives the tokens that a descriptor of {@code engine} releases. */
  void give(Engine engine, Descriptor descriptor) {
    for (Engine to : named(descriptor.value(Operation.RELEASE))) {
      counts[engine.ordinal()][to.ordinal()]++;
    }
  }

  /** The engines whose token a descriptor of {@code engine} still waits for. */
  List<Engine> missing(Engine engine, Descriptor descriptor) {
    List<Engine> missing = new ArrayList<>();
    for (Engine from : named(descriptor.value(Operation.WAIT))) {
      if (counts[from.ordinal()][engine.ordinal()] == 0) {
        missing.add(from);
      }
    }
    return missing;
  }

  /** Drops all tokens. */
  void clear() {
    for (int[] row : counts) {
      Arrays.fill(row, 0);
    }
  }

  private static List<Engine> named(long mask) {
    return Arrays.stream(Engine.values()).filter(engine -> (mask & engine.mask()) != 0).toList();
  }
}

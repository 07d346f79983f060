package dev.heddle.hdl.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The steps that make a circuit.
 *
 * @param seed what the steps and the inputs of the circuit are drawn from
 */
record Plan(long seed, List<Step> steps) {
  static final int WIDEST = 200;
  private static final int[] LIMITS = {1, 2, 8, 16, 31, 32, 33, 63, 64, 65, 127, 128, 129, WIDEST};

  /** Operations on numbers of both signs. */
  private static final List<Step.Kind> BOTH_SIGNS =
      List.of(
          Step.Kind.ADD,
          Step.Kind.SUBTRACT,
          Step.Kind.MULTIPLY,
          Step.Kind.WRAP_ADD,
          Step.Kind.SATURATE_ADD,
          Step.Kind.COMPLEMENT,
          Step.Kind.EQUAL,
          Step.Kind.DIFFERENT,
          Step.Kind.LESS,
          Step.Kind.AT_MOST,
          Step.Kind.GREATER,
          Step.Kind.AT_LEAST,
          Step.Kind.SLICE,
          Step.Kind.WRAP,
          Step.Kind.SATURATE,
          Step.Kind.PAD,
          Step.Kind.REINTERPRET,
          Step.Kind.SHIFT_LEFT_BY_SIGNAL,
          Step.Kind.SHIFT_RIGHT_BY_SIGNAL,
          Step.Kind.MUX,
          Step.Kind.CONCATENATE);

  Plan {
    steps = List.copyOf(steps);
  }

  /**
   * The circuit of a seed. It starts with an operation on two inputs of one width and sign; among
   * 400 seeds in a row every width and sign has its turn.
   */
  static Plan of(long seed) {
    Random random = new Random(seed);
    // The first numbers of seeds in a row are much alike.
    random.nextLong();
    List<Step> steps = new ArrayList<>();
    int port = (int) Math.floorMod(seed, 2L * WIDEST);
    Step input = new Step(Step.Kind.INPUT, port / WIDEST, 0, 0, 1 + port % WIDEST);
    Step.Kind first = BOTH_SIGNS.get(random.nextInt(BOTH_SIGNS.size()));
    steps.add(input);
    steps.add(input);
    steps.add(new Step(first, 1, 2, choice(random), width(random)));
    int count = random.nextInt(8) == 0 ? 12 + random.nextInt(16) : 2 + random.nextInt(9);
    Step.Kind[] kinds = Step.Kind.values();
    for (int i = 0; i < count; i++) {
      steps.add(
          new Step(
              kinds[random.nextInt(kinds.length)],
              choice(random),
              choice(random),
              choice(random),
              width(random)));
    }
    return new Plan(seed, steps);
  }

  Plan with(List<Step> fewer) {
    return new Plan(seed, fewer);
  }

  private static int choice(Random random) {
    return random.nextInt(1 << 20);
  }

  /** Often narrow or at the edge of a machine word, and every width in a while. */
  private static int width(Random random) {
    return switch (random.nextInt(8)) {
      case 0, 1 -> LIMITS[random.nextInt(LIMITS.length)];
      case 2, 3 -> 1 + random.nextInt(WIDEST);
      case 4 -> 17 + random.nextInt(54);
      default -> 1 + random.nextInt(16);
    };
  }
}

package dev.heddle.accel.mask;

import java.util.Random;

/** Masks with rows of very different length, empty and full ones among them. */
final class RandomMasks {
  private RandomMasks() {}

  static AttentionMask mask(Random random) {
    int heads = 1 + random.nextInt(4);
    int queries = 1 + random.nextInt(30);
    int keys = 1 + random.nextInt(40);
    boolean[][][] kept = new boolean[heads][queries][keys];
    double density = Math.pow(random.nextDouble(), 2);
    for (boolean[][] head : kept) {
      for (boolean[] row : head) {
        double share =
            switch (random.nextInt(10)) {
              case 0 -> 0;
              case 1 -> 1;
              default -> density;
            };
        for (int key = 0; key < keys; key++) {
          row[key] = random.nextDouble() < share;
        }
      }
    }
    return AttentionMask.of(kept);
  }

  /** Release times that rise with the key, as keys arrive that are loaded in order. */
  static int[] releases(Random random, int keys) {
    int latency = random.nextInt(50);
    double interval = random.nextDouble() * 2;
    int[] releases = new int[keys];
    for (int key = 0; key < keys; key++) {
      releases[key] = latency + (int) (key * interval);
    }
    return releases;
  }
}

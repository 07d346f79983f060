package dev.heddle.host.bringup;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What comparisons of words written and words read say about each bit of a bus: stuck, shorted with
 * another, or unreliable.
 *
 * <p>A bit is stuck when it always reads the same although both values were written. Two bits are
 * shorted when each changes with the other in a walk, in which all other bits stay.
 */
final class BitErrors {
  private final int width;
  private final long[] wroteZero;
  private final long[] wroteOne;
  private final long[] readOne;
  private final long[] readZero;
  private final BitSet[] disturbed;
  private boolean any;

  /** No errors on a bus of {@code width} bits. */
  BitErrors(int width) {
    this.width = width;
    wroteZero = new long[width];
    wroteOne = new long[width];
    readOne = new long[width];
    readZero = new long[width];
    disturbed = new BitSet[width];
    for (int bit = 0; bit < width; bit++) {
      disturbed[bit] = new BitSet(width);
    }
  }

  /** Takes a word that was written and what was read. */
  void compare(BitSet written, BitSet read) {
    for (int bit = 0; bit < width; bit++) {
      boolean one = written.get(bit);
      (one ? wroteOne : wroteZero)[bit]++;
      if (read.get(bit) != one) {
        (one ? readZero : readOne)[bit]++;
        any = true;
      }
    }
  }

  /**
   * Takes a word of a walk, in which {@code walking} is the one bit that differs from all others.
   */
  void compareWalk(int walking, BitSet written, BitSet read) {
    compare(written, read);
    BitSet wrong = (BitSet) written.clone();
    wrong.xor(read);
    for (int bit = wrong.nextSetBit(0); bit >= 0; bit = wrong.nextSetBit(bit + 1)) {
      disturbed[walking].set(bit);
    }
  }

  /** Whether any bit was wrong. */
  boolean found() {
    return any;
  }

  private boolean stuckAtOne(int bit) {
    return wroteZero[bit] > 0 && readOne[bit] == wroteZero[bit] && readZero[bit] == 0;
  }

  private boolean stuckAtZero(int bit) {
    return wroteOne[bit] > 0 && readZero[bit] == wroteOne[bit] && readOne[bit] == 0;
  }

  private boolean stuck(int bit) {
    return stuckAtOne(bit) || stuckAtZero(bit);
  }

  private boolean shorted(int bit, int other) {
    return bit != other
        && disturbed[bit].get(other)
        && disturbed[other].get(bit)
        && !stuck(bit)
        && !stuck(other);
  }

  /**
   * A line for each bit that is wrong.
   *
   * @param what what a bit is called, such as {@code data bit}
   */
  List<String> describe(String what) {
    List<String> lines = new ArrayList<>();
    BitSet told = new BitSet(width);
    for (int bit = 0; bit < width; bit++) {
      long wrong = readOne[bit] + readZero[bit];
      if (wrong == 0 || told.get(bit)) {
        continue;
      }
      if (stuck(bit)) {
        lines.add("%s %d is stuck at %d".formatted(what, bit, stuckAtOne(bit) ? 1 : 0));
        continue;
      }
      int other = partner(bit);
      if (other >= 0) {
        told.set(other);
        lines.add("%s %d and %s %d are shorted".formatted(what, bit, what, other));
      } else {
        lines.add(
            "%s %d is unreliable: wrong in %d of %d words"
                .formatted(what, bit, wrong, wroteZero[bit] + wroteOne[bit]));
      }
    }
    return lines;
  }

  private int partner(int bit) {
    for (int other = bit + 1; other < width; other++) {
      if (shorted(bit, other)) {
        return other;
      }
    }
    return -1;
  }

  /** The bits of a word that are one, in words. */
  static String bits(long word) {
    String numbers =
        BitSet.valueOf(new long[] {word}).stream()
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(", "));
    return Long.bitCount(word) == 1 ? "bit " + numbers + " is" : "bits " + numbers + " are";
  }
}

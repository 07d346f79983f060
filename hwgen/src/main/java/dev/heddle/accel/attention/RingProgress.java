package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.lit;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Stream;

/**
 * How far a ring of vectors is loaded, for a stage that works through its entries.
 *
 * <pre>
 *   ring   ..... | entry                | next entry ..
 *                ^ base      ^ loaded   ^ base + count
 * </pre>
 *
 * <p>Numbers of vectors are modulo twice the ring. The loaded ones are at most a ring ahead; of a
 * place that they have not reached, the difference is negative.
 */
final class RingProgress {
  /** Where the entry starts. */
  final UInt base;

  private final UInt loaded;
  private final UInt count;

  /**
   * The progress as a component sees it.
   *
   * @param component the stage
   * @param loaded vectors loaded so far, modulo twice the ring
   * @param counts number of vectors of the entries, in their order
   * @param entryEnds whether the last step of an entry passes; all vectors of the entry then leave
   *     the ring, also those that no row sees
   */
  RingProgress(Component component, UInt loaded, Stream<UInt> counts, Bit entryEnds) {
    this.loaded = loaded;
    count = counts.payload;
    UInt entryBase = component.reg(uint(loaded.width()), 0);
    base = entryBase;
    counts.ready.set(entryEnds);
    when(entryEnds, () -> entryBase.set(entryBase.wrapAdd(count)));
  }

  /** Whether the vector at a place is loaded. */
  Bit has(UInt place) {
    return isReached(loaded.wrapSub(place).wrapSub(lit(1, loaded.width())));
  }

  /** Whether all vectors of the entry are loaded. */
  Bit hasEntry() {
    return isReached(loaded.wrapSub(base).wrapSub(count));
  }

  private static Bit isReached(UInt ahead) {
    return ahead.at(ahead.width() - 1).not();
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Queues against a naive model. Their words and order are proven for all inputs over a number of
 * cycles in which they fill, wrap around and drain; their level and their flow control for ever.
 */
class FifoProofTest {
  @TempDir Path folder;

  /** A queue beside a row of registers in which every word moves up when the first one leaves. */
  abstract static class Comparison extends Component {
    final Bit offer = in(bit());
    final Bit take = in(bit());
    final UInt word = in(uint(2));

    final void compare(
        Stream<UInt> push, Stream<UInt> pop, UInt level, int capacity, boolean words) {
      push.valid.set(offer);
      push.payload.set(word);
      pop.ready.set(take);

      UInt count = reg(uint(bits(capacity + 2)), 0);
      UInt left = mux(pop.fire(), count.dec(), count);
      when(push.fire(), () -> count.set(left.inc())).otherwise(() -> count.set(left));
      check(level.eq(count), "the level counts the words");
      check(count.le(lit(capacity)), "the level is at most the capacity");
      check(pop.valid.not().or(count.ne(0)), "an empty queue offers nothing");
      check(push.ready.or(count.ge(capacity - 1)), "a queue with room is ready");
      cover(count.eq(capacity), "the queue fills");
      cover(next(count.eq(capacity), 0).and(pop.fire()), "a full queue drains");

      Bit waited = next(pop.valid.andNot(pop.ready), 0);
      check(waited.not().or(pop.valid), "an offer stays");
      if (words) {
        Vec<UInt> row = regs(capacity + 1, uint(2), 0);
        when(
            pop.fire(),
            () -> {
              for (int i : range(capacity)) {
                row.get(i).set(row.get(i + 1));
              }
            });
        when(push.fire(), () -> row.set(left, word));
        check(pop.valid.not().or(pop.payload.eq(row.get(0))), "the oldest word is offered");
      }
    }
  }

  static final class FifoComparison extends Comparison {
    FifoComparison(int depth, boolean words) {
      Fifo<UInt> fifo = inst(new Fifo<>(uint(2), depth));
      compare(fifo.push, fifo.pop, fifo.level, depth, words);
      check(fifo.pop.valid.eq(fifo.level.ne(0)), "a word is offered the cycle after its push");
      check(fifo.push.ready.eq(fifo.level.ne(depth)), "every place is used");
    }
  }

  static final class BlockRamFifoComparison extends Comparison {
    BlockRamFifoComparison(int depth, boolean words) {
      BlockRamFifo<UInt> fifo = inst(new BlockRamFifo<>(uint(2), depth));
      compare(fifo.push, fifo.pop, fifo.level, depth + 1, words);
      Bit present = next(fifo.level.ne(0), 0);
      Bit popped = next(fifo.level.eq(1).and(fifo.pop.fire()), 0);
      check(
          present.andNot(popped).not().or(fifo.pop.valid),
          "a word is offered two cycles after its push");
    }
  }

  @Test
  void aFifoOfAPowerOfTwoEqualsItsModelFor12Cycles() throws Exception {
    Proof proof = Proof.of(folder, new FifoComparison(4, true));
    proof.holdsFor(12);
    proof.reaches(8);
  }

  @Test
  void aFifoOfAnOddDepthEqualsItsModelFor12Cycles() throws Exception {
    Proof.of(folder, new FifoComparison(3, true)).holdsFor(12);
  }

  @Test
  void aBlockRamFifoEqualsItsModelFor12Cycles() throws Exception {
    Proof proof = Proof.of(folder, new BlockRamFifoComparison(3, true));
    proof.holdsFor(12);
    proof.reaches(9);
  }

  @Test
  void theLevelOfAFifoIsRightForEver() throws Exception {
    Proof.of(folder, new FifoComparison(13, false)).holdsForEver(3);
  }

  @Test
  void theLevelOfABlockRamFifoIsRightForEver() throws Exception {
    Proof.of(folder, new BlockRamFifoComparison(13, false)).holdsForEver(3);
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Words keep their order across two clocks that rise in any order, proven for 12 steps in each of
 * which either clock or both rise; the Gray code changes one bit at a time, proven for all numbers.
 */
class AsyncFifoProofTest {
  @TempDir Path folder;

  /** Numbered words go in; those that come out must be numbered likewise. */
  static final class Crossing extends Component {
    final Bit offer = in(bit());
    final Bit take;

    Crossing(int depth) {
      ClockDomain reader = clockDomain("pop");
      take = in(reader, bit());
      AsyncFifo<UInt> fifo = inst(new AsyncFifo<>(uint(4), depth), defaultDomain(), reader);
      UInt pushed = reg(uint(4), 0);
      fifo.push.valid.set(offer);
      fifo.push.payload.set(pushed);
      when(fifo.push.fire(), () -> pushed.set(pushed.inc()));
      cover(pushed.eq(depth).andNot(fifo.push.ready), "the queue fills");
      fifo.pop.ready.set(take);
      clocked(
          reader,
          () -> {
            UInt popped = reg(uint(4), 0);
            Bit waited = next(fifo.pop.valid.andNot(take), 0);
            when(fifo.pop.fire(), () -> popped.set(popped.inc()));
            check(fifo.pop.valid.not().or(fifo.pop.payload.eq(popped)), "the words come in order");
            check(waited.not().or(fifo.pop.valid), "an offer stays");
            cover(popped.eq(depth), "words pass");
          });
    }
  }

  /** The codes of two numbers that follow each other. */
  static final class Codes extends Component {
    final UInt number = in(uint(6));

    Codes() {
      UInt code = GrayCode.encode(number);
      UInt changed = code.xor(GrayCode.encode(number.inc()));
      check(changed.ne(0).and(changed.and(changed.dec()).eq(0)), "one bit changes");
      check(GrayCode.decode(code).eq(number), "the code tells the number");
    }
  }

  @Test
  void anAsynchronousFifoKeepsTheOrderUnderAnyTwoClocks() throws Exception {
    Proof proof = Proof.of(folder, new Crossing(2));
    proof.holdsFor(12);
    proof.reaches(8);
  }

  @Test
  void aGrayCodeChangesOneBitForEachNumber() throws Exception {
    Proof.of(folder, new Codes()).holdsForEver(1);
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of a wide word are the narrow words in order, the lowest first; over 16 cycles. */
class WidthAdapterProofTest {
  private static final int PART = 4;

  @TempDir Path folder;

  /** Numbered parts go in; the parts that come out must be numbered likewise. */
  static final class Numbered extends Component {
    final Bit offer = in(bit());
    final Bit take = in(bit());

    Numbered(int partsIn, int partsOut) {
      WidthAdapter adapter = inst(new WidthAdapter(PART * partsIn, PART * partsOut));
      UInt pushed = reg(uint(PART), 0);
      UInt popped = reg(uint(PART), 0);
      adapter.in.valid.set(offer);
      adapter.in.payload.set(parts(pushed, partsIn));
      adapter.out.ready.set(take);
      when(adapter.in.fire(), () -> pushed.set(pushed.add(partsIn).wrap(PART)));
      when(adapter.out.fire(), () -> popped.set(popped.add(partsOut).wrap(PART)));

      Bit waitedIn = next(adapter.in.valid.andNot(adapter.in.ready), 0);
      Bit waitedOut = next(adapter.out.valid.andNot(adapter.out.ready), 0);
      assume(waitedIn.not().or(adapter.in.valid), "an offer stays");
      check(waitedOut.not().or(adapter.out.valid), "an offer stays");
      check(
          adapter.out.valid.not().or(adapter.out.payload.eq(parts(popped, partsOut))),
          "the parts come in order");
      Bit moves = adapter.in.fire().or(adapter.out.fire());
      check(offer.and(take).not().or(moves), "the narrow side moves in every cycle");
      cover(popped.eq(2 * Math.max(partsIn, partsOut)), "words pass");
    }

    private static UInt parts(UInt first, int count) {
      List<UInt> highToLow = new ArrayList<>();
      for (int i = count - 1; i >= 0; i--) {
        highToLow.add(first.add(i).wrap(PART));
      }
      return cat(highToLow);
    }
  }

  @ParameterizedTest(name = "{0} parts to {1}")
  @CsvSource({"1,1", "2,1", "3,1", "1,2", "1,3", "4,2", "1,4"})
  void thePartsKeepTheirOrder(int partsIn, int partsOut) throws Exception {
    Proof proof = Proof.of(folder, new Numbered(partsIn, partsOut));
    proof.holdsFor(16);
    proof.reaches(11);
  }
}

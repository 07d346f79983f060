package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The register slices keep the words and their order, keep the rules of a stream, and hold no more
 * words than they should. Proven for all times by induction, except where a test says otherwise.
 */
class StreamProofTest {
  @TempDir Path folder;

  /** The words of {@code in} are numbered; those of {@code out} must be numbered likewise. */
  static final class Pipe extends Component {
    private final String name;
    final Bit offer = in(bit());
    final Bit take = in(bit());

    Pipe(String name, int capacity, UnaryOperator<Stream<UInt>> path) {
      this.name = name;
      Stream<UInt> in = wire(Stream.of(uint(4)));
      Stream<UInt> out = path.apply(in);
      UInt pushed = reg(uint(4), 0);
      UInt popped = reg(uint(4), 0);
      UInt inside = pushed.wrapSub(popped);
      in.valid.set(offer);
      in.payload.set(pushed);
      out.ready.set(take);
      when(in.fire(), () -> pushed.set(pushed.inc()));
      when(out.fire(), () -> popped.set(popped.inc()));

      assume(next(in.valid.andNot(in.ready), 0).not().or(in.valid), "an offer stays");
      check(next(out.valid.andNot(out.ready), 0).not().or(out.valid), "an offer stays");
      check(out.valid.not().or(out.payload.eq(popped)), "the words come in order");
      check(inside.le(lit(capacity)), "no more words inside than registers");
      check(inside.eq(0).or(out.valid), "what is inside is offered");
      if (capacity > 0) {
        check(in.ready.or(inside.ne(0)), "an empty slice is ready");
      } else {
        check(in.fire().eq(out.fire()), "a word passes at once");
      }
      cover(popped.eq(5), "words pass");
    }

    @Override
    protected String moduleName() {
      return name;
    }
  }

  /** Both copies of a fork give the numbered words in order, each at its own pace. */
  static final class Fork extends Component {
    final Bit offer = in(bit());
    final UInt take = in(uint(3));

    Fork() {
      Stream<UInt> in = wire(Stream.of(uint(4)));
      UInt pushed = reg(uint(4), 0);
      in.valid.set(offer);
      in.payload.set(pushed);
      List<Stream<UInt>> copies = in.fork(3);
      Bit waited = next(in.valid.andNot(in.ready), 0);
      assume(waited.not().or(in.valid), "an offer stays");
      when(in.fire(), () -> pushed.set(pushed.inc()));
      for (int i : range(3)) {
        Stream<UInt> copy = copies.get(i);
        UInt popped = reg(uint(4), 0);
        copy.ready.set(take.at(i));
        when(copy.fire(), () -> popped.set(popped.inc()));
        check(copy.valid.not().or(copy.payload.eq(popped)), "the words come in order");
        check(copy.valid.eq(offer.and(popped.eq(pushed))), "each word is offered until it passes");
        check(
            popped.eq(pushed).or(waited.and(popped.eq(pushed.inc()))), "no copy is further ahead");
        cover(popped.eq(3), "words pass");
      }
    }
  }

  /** Of numbered words the odd ones are dropped and the others halted at times. */
  static final class Gate extends Component {
    final Bit offer = in(bit());
    final Bit halt = in(bit());
    final Bit take = in(bit());

    Gate() {
      Stream<UInt> in = wire(Stream.of(uint(4)));
      UInt pushed = reg(uint(4), 0);
      UInt popped = reg(uint(4), 0);
      in.valid.set(offer);
      in.payload.set(pushed);
      when(in.fire(), () -> pushed.set(pushed.inc()));
      Stream<UInt> even = in.filter(word -> word.at(0).not());
      Stream<UInt> out = even.haltWhen(halt).map(uint(3), word -> word.shr(1));
      out.ready.set(take);
      when(out.fire(), () -> popped.set(popped.add(2).wrap(4)));

      Bit waited = next(out.valid.andNot(out.ready), 0);
      assume(next(in.valid.andNot(in.ready), 0).not().or(in.valid), "an offer stays");
      assume(waited.not().or(halt.not()), "the halt does not withdraw an offer");
      check(waited.not().or(out.valid), "an offer stays");
      check(out.valid.not().or(out.payload.eq(popped.shr(1))), "every even word comes, in order");
      check(popped.at(0).not(), "only even words come");
      check(pushed.eq(popped).or(pushed.inc().eq(popped)), "an odd word goes at once");
      check(out.fire().not().or(halt.not()), "nothing passes a halt");
      cover(popped.eq(6), "words pass");
    }
  }

  /** A word takes one of four ways, and the select stream finds it there. */
  private static Stream<UInt> detour(Stream<UInt> words) {
    List<Stream<UInt>> copies = words.fork(2);
    Stream<UInt> order = copies.get(0).map(uint(2), word -> word.wrap(2));
    return Stream.select(order, copies.get(1).route(4, word -> word.wrap(2)));
  }

  /** A word goes two ways and is put together again. */
  private static Stream<UInt> parted(Stream<UInt> words) {
    List<Stream<UInt>> copies = words.fork(2);
    Stream<UInt> high = copies.get(0).stage(uint(2), word -> word.shr(2));
    Stream<UInt> low = copies.get(1).stage(uint(2), word -> word.wrap(2));
    return high.join(low, uint(4), (a, b) -> cat(a, b));
  }

  @Test
  void aForkGivesEveryCopyEveryWordForEver() throws Exception {
    Proof proof = Proof.of(folder, new Fork());
    proof.holdsForEver(4);
    proof.reaches(6);
  }

  @Test
  void aFilterAndAHaltLoseOnlyWhatTheyShouldForEver() throws Exception {
    Proof proof = Proof.of(folder, new Gate());
    proof.holdsForEver(4);
    proof.reaches(10);
  }

  @Test
  void routedWordsAreSelectedInOrderForEver() throws Exception {
    Proof proof = Proof.of(folder, new Pipe("detour", 0, StreamProofTest::detour));
    proof.holdsForEver(4);
    proof.reaches(8);
  }

  @Test
  void forkedHalvesAreJoinedInOrderFor14Cycles() throws Exception {
    Proof proof = Proof.of(folder, new Pipe("parted", 1, StreamProofTest::parted));
    proof.holdsFor(14);
    proof.reaches(8);
  }

  @Test
  void aStageKeepsTheOrderForEver() throws Exception {
    Proof proof = Proof.of(folder, new Pipe("stage", 1, Stream::stage));
    proof.holdsForEver(6);
    proof.reaches(8);
  }

  @Test
  void aSkidKeepsTheOrderForEver() throws Exception {
    Proof proof = Proof.of(folder, new Pipe("skid", 1, Stream::skid));
    proof.holdsForEver(6);
    proof.reaches(8);
  }

  @Test
  void aSliceKeepsTheOrderFor14Cycles() throws Exception {
    Proof proof = Proof.of(folder, new Pipe("slice", 2, Stream::slice));
    proof.holdsFor(14);
    proof.reaches(8);
  }

  @Test
  void aProofFindsALostWord() throws Exception {
    UInt zero = lit(0, 4);
    Proof proof =
        Proof.of(folder, new Pipe("loss", 1, words -> words.filter(word -> word.ne(zero))));
    proof.failsWithin(4);
  }
}

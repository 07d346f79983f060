package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import java.util.List;

/** Components that use the methods of {@link Stream}, for the tests of the library. */
final class Samples {
  private Samples() {}

  record Word(UInt data, SInt weight, Bit last) implements Data {}

  static Type<Word> word(int width) {
    return () -> new Word(uint(width).make(), sint(5).make(), bit().make());
  }

  /** Every method with one input and one output, in a row. */
  static final class Chain extends Component {
    final Stream<Word> words = in(Stream.of(word(8)));
    final Bit halt = in(bit());
    final Stream<UInt> out = out(Stream.of(uint(12)));

    Chain() {
      Stream<Word> kept = words.filter(Word::last);
      Stream<Word> halted = kept.haltWhen(halt);
      Stream<Word> sliced = halted.slice();
      Stream<UInt> sums =
          sliced.stage(uint(9), word -> word.data().add(word.weight().asUInt().pad(8)));
      Stream<UInt> queued = sums.queue(3);
      Stream<UInt> passed = queued.skid();
      connect(out, passed.map(uint(12), sum -> sum.shl(3)));
    }
  }

  /** Copies a stream, changes each copy and joins them again. */
  static final class Diamond extends Component {
    final Stream<UInt> in = in(Stream.of(uint(8)));
    final Stream<UInt> out = out(Stream.of(uint(9)));

    Diamond() {
      List<Stream<UInt>> copies = in.fork(2);
      Stream<UInt> late = copies.get(0).stage();
      connect(out, late.join(copies.get(1), uint(9), UInt::add));
    }
  }

  /** Sends each word one of three ways and merges them in the order of another stream. */
  static final class Crossroads extends Component {
    final Stream<UInt> in = in(Stream.of(uint(8)));
    final Stream<UInt> order = in(Stream.of(uint(2)));
    final Stream<UInt> out = out(Stream.of(uint(8)));

    Crossroads() {
      List<Stream<UInt>> ways = in.route(3, word -> word.wrap(2));
      connect(out, Stream.select(order, ways));
    }
  }

  /** Three streams into one, behind a width adapter. */
  static final class Funnel extends Component {
    final Stream<UInt> a = in(Stream.of(uint(32)));
    final Stream<UInt> b = in(Stream.of(uint(8)));
    final Stream<UInt> c = in(Stream.of(uint(4)));
    final Stream<UInt> out = out(Stream.of(uint(8)));

    Funnel() {
      Stream<UInt> narrow = WidthAdapter.convert(a, 8);
      Stream<UInt> wide = WidthAdapter.convert(c, 8);
      connect(out, Arbiter.merge(Arbiter.Policy.ROUND_ROBIN, List.of(narrow, b, wide)));
    }
  }
}

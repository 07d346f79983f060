package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.KeyCentroid;
import dev.heddle.accel.golden.SummaryImage;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Turns the sums or bounds of a block's keys into its summary ({@link SummaryImage}), 16 bytes a
 * cycle: all low bytes, then all high bytes.
 */
final class SummaryWords extends Component {
  private static final int MEAN_BITS = DotProduct.CODE_BITS + KeyCentroid.FRACTION_BITS;

  /** Starts; the sums then stay until {@link #ends}. */
  final Bit start = in(bit());

  /** Whether bounds are kept, not means. */
  final Bit quest = in(bit());

  /** Whether a vector has two lines. */
  final Bit wide = in(bit());

  /** The logarithm of the keys of the block. */
  final UInt keyBits;

  /** What {@link VectorSums} keeps. */
  final Vec<UInt> lows;

  /** What {@link VectorSums} keeps besides. */
  final Vec<UInt> highs;

  /** The summary. */
  final Stream<UInt> words = out(Stream.of(uint(VectorSums.WORD_BITS)));

  /** One in the cycle in which the last word passes. */
  final Bit ends = out(bit());

  private final String name;

  /** A word on its way: the sums, and which bytes of them are wanted. */
  private record Sums(UInt lows, UInt highs, Bit upper, Bit last) implements Data {
    static Type<Sums> of(int lowBits, int highBits) {
      return () ->
          new Sums(uint(lowBits).make(), uint(highBits).make(), bit().make(), bit().make());
    }
  }

  /** Bytes of the summary. */
  private record Word(UInt bytes, Bit last) implements Data {
    static Type<Word> type() {
      return () -> new Word(uint(VectorSums.WORD_BITS).make(), bit().make());
    }
  }

  /** For vectors of up to {@code dimension} elements. */
  SummaryWords(RouterShape shape, int dimension) {
    int places = dimension / VectorSums.CODES;
    name = "SummaryWords_%d_%d".formatted(dimension, shape.rows());
    int lowBits = VectorSums.CODES * shape.sumBits();
    int highBits = VectorSums.CODES * shape.queryBits();
    keyBits = in(uint(bits(bits(RouterShape.MOST_KEYS) + 1)));
    lows = in(places, uint(lowBits));
    highs = in(places, uint(highBits));
    document("Turns sums of keys into the bytes of a summary.");
    parameter("DIMENSION", dimension);

    Bit running = reg(bit(), 0);
    Bit upper = reg(bit(), 0);
    UInt place = reg(uint(bits(places)), 0);
    UInt lastOfWide = lit(places - 1, bits(places));
    UInt lastOfNarrow = lit(VectorSums.WORDS_PER_LINE - 1, bits(places));
    Bit lastPlace = place.eq(mux(wide, lastOfWide, lastOfNarrow));
    Stream<Sums> sums = wire(Stream.of(Sums.of(lowBits, highBits)));
    sums.valid.set(running);
    connect(sums.payload, new Sums(lows.at(place), highs.at(place), upper, upper.and(lastPlace)));
    when(start, () -> running.set(true));
    when(
        sums.fire(),
        () -> {
          place.set(mux(lastPlace, 0, place.inc()));
          when(
              lastPlace,
              () -> {
                upper.set(upper.not());
                running.set(upper.not());
              });
        });

    Stream<Word> bytes = sums.stage().stage(Word.type(), held -> word(held, shape));
    words.valid.set(bytes.valid);
    bytes.ready.set(words.ready);
    words.payload.set(bytes.payload.bytes());
    ends.set(bytes.fire().and(bytes.payload.last()));
  }

  private Word word(Sums sums, RouterShape shape) {
    int codeBits = DotProduct.CODE_BITS;
    // Half of the keys, to round half up; none for a block of one.
    UInt half = lit(1, 1).shl(keyBits).shr(1);
    List<UInt> bytes = new ArrayList<>();
    for (int i : range(VectorSums.CODES)) {
      SInt low = VectorSums.element(sums.lows(), i, shape.sumBits());
      SInt high = VectorSums.element(sums.highs(), i, shape.queryBits());
      SInt mean = low.add(half.toSInt()).shr(keyBits).wrap(MEAN_BITS);
      UInt ofMean =
          mux(sums.upper(), mean.slice(MEAN_BITS - 1, codeBits), mean.slice(codeBits - 1, 0));
      UInt ofBound = mux(sums.upper(), high.slice(codeBits - 1, 0), low.slice(codeBits - 1, 0));
      bytes.add(mux(quest, ofBound, ofMean));
    }
    Collections.reverse(bytes);
    return new Word(cat(bytes), sums.last());
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

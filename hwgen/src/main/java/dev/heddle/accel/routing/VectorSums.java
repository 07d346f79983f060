package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.RouterShape;
import dev.heddle.accel.format.QueryGroup;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Brings vectors to one exponent and keeps, for each element, what becomes of them together; 16
 * codes a cycle.
 *
 * <pre>
 *               queries, MOBA   queries, QUEST     keys, MOBA   keys, QUEST
 *   lows        sum             sum below zero     sum          least, rounded down
 *   highs                       sum above zero                  greatest, rounded up
 * </pre>
 *
 * Sums are in units of 2^-8 of the common exponent ({@link QueryGroup}). What enters in a cycle is
 * kept from {@value #LATENCY} cycles later on.
 */
final class VectorSums extends Component {
  /** Codes of a word. */
  static final int CODES = 16;

  /** Bits of a word. */
  static final int WORD_BITS = CODES * DotProduct.CODE_BITS;

  /** Words of a line. */
  static final int WORDS_PER_LINE = GoldenHead.LINE / CODES;

  /** Cycles until a word is kept. */
  static final int LATENCY = 3;

  /** A right shift by this much leaves the sign alone. */
  static final int LARGEST_SHIFT = QueryGroup.ELEMENT_BITS;

  /** Bits of a shift. */
  static final int SHIFT_BITS = bits(LARGEST_SHIFT + 1);

  /** Whether a word enters. */
  final Bit valid = in(bit());

  /** Its codes. */
  final UInt codes = in(uint(WORD_BITS));

  /** How much its exponent is below the common one, at most {@value #LARGEST_SHIFT}. */
  final UInt shift = in(uint(SHIFT_BITS));

  /** Number of the word in its vector. */
  final UInt place;

  /** Whether it is of the first vector, which replaces what was kept. */
  final Bit first = in(bit());

  /** Whether negative and positive elements, or bounds, are kept apart. */
  final Bit quest = in(bit());

  /** Whether the vectors are keys. */
  final Bit ofKeys = in(bit());

  /** Whether words are on their way. */
  final Bit busy = out(bit());

  /** For each word the sums, {@link RouterShape#sumBits} bits each. */
  final Vec<UInt> lows;

  /** For each word the other sums, {@link RouterShape#queryBits} bits each. */
  final Vec<UInt> highs;

  private final String name;

  /** For vectors of up to {@code dimension} elements. */
  VectorSums(RouterShape shape, int dimension) {
    int words = dimension / CODES;
    name = "VectorSums_%d_%d".formatted(dimension, shape.rows());
    place = in(uint(bits(words)));
    lows = out(words, uint(CODES * shape.sumBits()));
    highs = out(words, uint(CODES * shape.queryBits()));
    document("Sums and bounds of vectors brought to one exponent.");
    parameter("DIMENSION", dimension);

    // ---- what is shifted out
    UInt heldCodes = nextWhen(valid, codes);
    UInt heldShift = nextWhen(valid, shift);
    Bit shifting = next(valid, 0);
    UInt ones = lit((1 << DotProduct.CODE_BITS) - 1, DotProduct.CODE_BITS);
    UInt dropped = ones.shl(heldShift).slice(2 * DotProduct.CODE_BITS - 1, DotProduct.CODE_BITS);
    UInt lost = mux(heldShift.gt(DotProduct.CODE_BITS), ones, dropped);
    List<SInt> aligned = new ArrayList<>();
    List<Bit> inexact = new ArrayList<>();
    for (int i : range(CODES)) {
      SInt code = DotProduct.code(heldCodes, i);
      SInt wide = code.shl(QueryGroup.FRACTION_BITS);
      SInt alignedCode = nextWhen(shifting, wide.shr(heldShift));
      Bit inexactCode = nextWhen(shifting, anyOf(code.asUInt(), lost));
      aligned.add(alignedCode);
      inexact.add(inexactCode);
    }

    // ---- what is kept
    Bit keeping = next(shifting, 0);
    UInt shiftingPlace = nextWhen(valid, place);
    UInt heldPlace = nextWhen(shifting, shiftingPlace);
    Bit shiftingFirst = nextWhen(valid, first);
    Bit heldFirst = nextWhen(shifting, shiftingFirst);
    Vec<UInt> keptLows = regs(words, uint(CODES * shape.sumBits()));
    Vec<UInt> keptHighs = regs(words, uint(CODES * shape.queryBits()));
    UInt beforeLows = keptLows.at(heldPlace);
    UInt beforeHighs = keptHighs.at(heldPlace);
    List<UInt> newLows = new ArrayList<>();
    List<UInt> newHighs = new ArrayList<>();
    for (int i : range(CODES)) {
      SInt number = aligned.get(i);
      SInt zero = slit(0, number.width());
      SInt low = element(beforeLows, i, shape.sumBits());
      SInt high = element(beforeHighs, i, shape.queryBits());
      Bit negative = number.negative();

      SInt added = mux(quest.andNot(negative), zero, number);
      SInt sum = mux(heldFirst, slit(0, shape.sumBits()), low).wrapAdd(added);
      SInt positive = mux(negative, zero, number);
      SInt sumAbove = mux(heldFirst, slit(0, shape.queryBits()), high).wrapAdd(positive);

      SInt down = number.shr(QueryGroup.FRACTION_BITS);
      SInt up = down.add(inexact.get(i).asUInt().toSInt());
      SInt least = mux(heldFirst.or(down.lt(low)), down.pad(shape.sumBits()), low);
      SInt greatest = mux(heldFirst.or(up.gt(high)), up.pad(shape.queryBits()), high);

      Bit bounds = quest.and(ofKeys);
      newLows.add(mux(bounds, least, sum).asUInt());
      newHighs.add(mux(bounds, greatest, sumAbove).asUInt());
    }
    Collections.reverse(newLows);
    Collections.reverse(newHighs);
    UInt lowWord = cat(newLows);
    UInt highWord = cat(newHighs);
    when(
        keeping,
        () -> {
          keptLows.set(heldPlace, lowWord);
          keptHighs.set(heldPlace, highWord);
        });
    connect(lows, keptLows);
    connect(highs, keptHighs);
    busy.set(shifting.or(keeping));
  }

  /** Whether a code has a one among the bits that are lost. */
  private static Bit anyOf(UInt code, UInt lost) {
    return code.and(lost).any();
  }

  /** An element of a word of sums. */
  static SInt element(UInt word, int i, int bits) {
    return word.slice(bits * i + bits - 1, bits * i).asSInt();
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

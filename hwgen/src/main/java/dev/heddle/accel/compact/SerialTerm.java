package dev.heddle.accel.compact;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.accel.matmul.Scale;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;

/**
 * {@code floor(dot * significand * 2^shift)} modulo 2^64, without a multiplier: {@value
 * #DIGIT_BITS} bits of the significand a cycle, and then the sum's bits in {@value #PIECES} pieces
 * of 16, the lowest first.
 *
 * <pre>
 *   cycle   0     1  2  3  4     6  7  8  9
 *           load  multiply       pieces
 * </pre>
 *
 * <p>A term may be loaded every {@value #PIECES} cycles; the first piece comes {@value #LATENCY}
 * cycles after its load.
 */
final class SerialTerm extends Component {
  /** Bits of a piece. */
  static final int PIECE_BITS = 16;

  /** Pieces of a sum, and the cycles from one term to the next at the least. */
  static final int PIECES = Long.SIZE / PIECE_BITS;

  /** Cycles from the load of a term to its first piece. */
  static final int LATENCY = PIECES + 2;

  /** Bits of the shift. */
  static final int SHIFT_BITS = 10;

  private static final int DIGIT_BITS = 3;
  private static final int DOT_BITS = DotProduct.sumBits(WeightFormat.BLOCK);
  private static final int PRODUCT_BITS = 2 * PIECE_BITS;

  /** Loads a term. */
  final Bit load = in(bit());

  /** Its dot product. */
  final SInt dot = in(sint(DOT_BITS));

  /** Its scale or minimum, an fp16 number, of which sign and significand count here. */
  final UInt scale = in(uint(WeightFormat.SCALE_BITS));

  /** Its exponent, that of the scale included, less that of the sum's unit. */
  final SInt shift = in(sint(SHIFT_BITS));

  /** Whether it is the first of a row. */
  final Bit first = in(bit());

  /** Whether it is the last of a row. */
  final Bit last = in(bit());

  /** Whether there is a piece. */
  final Bit valid = out(bit());

  /** The piece. */
  final UInt piece = out(uint(PIECE_BITS));

  /** Whether it is the lowest of its term. */
  final Bit lowest = out(bit());

  /** Whether its term is the first of a row. */
  final Bit pieceOfFirst = out(bit());

  /** Whether it is the last piece of a row. */
  final Bit lastPiece = out(bit());

  SerialTerm() {
    document("Dot product times a significand, shifted, in pieces of 16 bits.");
    int lowBits = DIGIT_BITS * PIECES;

    // ---- the product, as sign and magnitude of the significand
    SInt multiplicand = reg(sint(DOT_BITS));
    UInt digits = reg(uint(lowBits));
    SInt above = reg(sint(DOT_BITS));
    UInt below = reg(uint(lowBits));
    SInt nextShift = reg(sint(SHIFT_BITS));
    UInt left = reg(uint(bits(PIECES)));
    Bit multiplies = reg(bit(), 0);
    Bit ends = multiplies.and(left.eq(0));
    Bit negative = scale.at(WeightFormat.SCALE_BITS - 1);
    Bit nextFirst = nextWhen(load, first);
    Bit nextLast = nextWhen(load, last);
    when(
            load,
            () -> {
              multiplicand.set(mux(negative, dot.neg().wrap(DOT_BITS), dot));
              digits.set(Scale.magnitude(scale).pad(lowBits));
              above.set(0);
              nextShift.set(shift);
              left.set(PIECES - 1);
              multiplies.set(true);
            })
        .elseWhen(
            multiplies,
            () -> {
              left.set(left.dec());
              multiplies.set(ends.not());
            });
    SInt partial = above.pad(DOT_BITS + DIGIT_BITS);
    for (int i : range(DIGIT_BITS)) {
      SInt added = mux(digits.at(i), multiplicand.shl(i), slit(0, DOT_BITS + i));
      partial = partial.add(added).wrap(DOT_BITS + DIGIT_BITS);
    }
    SInt sum = named("sum", partial);
    UInt belowNext = cat(sum.slice(DIGIT_BITS - 1, 0), below.shr(DIGIT_BITS));
    when(
        multiplies.andNot(load),
        () -> {
          digits.set(digits.shr(DIGIT_BITS).pad(lowBits));
          above.set(sum.shr(DIGIT_BITS).wrap(DOT_BITS));
        });
    when(multiplies, () -> below.set(belowNext));

    // ---- its pieces: piece i of the product's words w, shifted left by s = 16 q + r, is made of
    // the words i - q and i - q - 1
    SInt product = reg(sint(PRODUCT_BITS));
    UInt places = reg(uint(bits(PIECE_BITS)));
    SInt word = reg(sint(SHIFT_BITS - places.width() + 1));
    UInt pieceIndex = reg(uint(bits(PIECES)));
    Bit cuts = reg(bit(), 0);
    SInt aboveNext = sum.shr(DIGIT_BITS).wrap(PRODUCT_BITS - lowBits);
    when(
            ends,
            () -> {
              product.set(cat(aboveNext.asUInt(), belowNext).asSInt());
              places.set(nextShift.slice(places.width() - 1, 0));
              word.set(nextShift.shr(places.width()).neg());
              pieceIndex.set(0);
              cuts.set(true);
            })
        .elseWhen(
            cuts,
            () -> {
              word.set(word.add(1).wrap(word.width()));
              pieceIndex.set(pieceIndex.inc());
              cuts.set(pieceIndex.eq(PIECES - 1).not());
            });
    Bit ofFirst = nextWhen(ends, nextFirst);
    Bit ofLast = nextWhen(ends, nextLast);
    UInt pair = cat(wordAt(product, word), wordAt(product, word.sub(1)));
    UInt cut = pair.shl(places).slice(2 * PIECE_BITS - 1, PIECE_BITS);
    UInt nextPiece = next(cut);
    piece.set(nextPiece);
    Bit nextValid = next(cuts, 0);
    valid.set(nextValid);
    Bit nextLowest = next(pieceIndex.eq(0));
    lowest.set(nextLowest);
    Bit nextOfFirst = next(ofFirst);
    pieceOfFirst.set(nextOfFirst);
    Bit nextLastPiece = next(ofLast.and(pieceIndex.eq(PIECES - 1)));
    lastPiece.set(nextLastPiece);
    check(load.not().or(multiplies.not()).or(ends), "a term is loaded while one is multiplied");
    check(ends.not().or(cuts.not()).or(pieceIndex.eq(PIECES - 1)), "a term ends while one is cut");
  }

  /** A word of a product that goes on without end: zeros below it, its sign above. */
  private static UInt wordAt(SInt product, SInt index) {
    UInt zero = lit(0, PIECE_BITS);
    UInt sign = fill(PIECE_BITS, product.negative());
    UInt inside =
        mux(
            index.at(0),
            product.slice(2 * PIECE_BITS - 1, PIECE_BITS),
            product.slice(PIECE_BITS - 1, 0));
    Bit beyond = index.slice(index.width() - 1, 1).any();
    return mux(index.negative(), zero, mux(beyond, sign, inside));
  }
}

package dev.heddle.accel.compact;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.accel.matmul.Scale;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;

/**
 * {@code floor(dot * significand * 2^shift)} modulo 2^64, in {@link #pieces} pieces, the lowest
 * first.
 *
 * <pre>
 *   4 pieces, cycle   0     1  2  3  4     6  7  8  9
 *                     load  multiply       pieces
 *   2 pieces, cycle   0     1     3  4
 *                     load        pieces
 * </pre>
 *
 * <p>A term may be loaded every {@link #pieces} cycles. Terms of {@value #MOST_PIECES} pieces are
 * multiplied without a multiplier, {@value #DIGIT_BITS} bits of the significand a cycle. Where
 * there are fewer cycles two multipliers do it, one for each half of the dot product, which is too
 * wide for one.
 */
final class SerialTerm extends Component {
  /** Pieces of a sum at the most. */
  static final int MOST_PIECES = 4;

  /** Bits of the shift. */
  static final int SHIFT_BITS = 10;

  private static final int DIGIT_BITS = 3;
  private static final int DOT_BITS = DotProduct.sumBits(WeightFormat.BLOCK);
  private static final int LOW_BITS = DOT_BITS / 2;
  private static final int PRODUCT_BITS = 32;

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
  final UInt piece;

  /** Whether it is the lowest of its term. */
  final Bit lowest = out(bit());

  /** Whether its term is the first of a row. */
  final Bit pieceOfFirst = out(bit());

  /** Whether it is the last piece of a row. */
  final Bit lastPiece = out(bit());

  private final int pieces;
  private final int pieceBits;

  /** A product and the cycle in which it is there. */
  private record Product(Bit ends, SInt value) {}

  /** A term in {@code pieces} pieces, a power of two up to {@value #MOST_PIECES}. */
  SerialTerm(int pieces) {
    this.pieces = pieces;
    pieceBits = pieceBits(pieces);
    piece = out(uint(pieceBits));
    document(
        "Dot product times a significand, shifted, in pieces of %d bits.".formatted(pieceBits));
    parameter("PIECES", pieces);
    SInt nextShift = nextWhen(load, shift);
    Bit nextFirst = nextWhen(load, first);
    Bit nextLast = nextWhen(load, last);
    Product multiplied = pieces == MOST_PIECES ? byDigits() : byMultipliers();

    // Piece i of the product, shifted left by q words and r bits, is made of its words i - q and
    // i - q - 1.
    Bit ends = multiplied.ends;
    SInt product = reg(sint(PRODUCT_BITS));
    UInt places = reg(uint(bits(pieceBits)));
    SInt word = reg(sint(SHIFT_BITS - places.width() + 1));
    UInt pieceIndex = reg(uint(bits(pieces)));
    Bit cuts = reg(bit(), 0);
    when(
            ends,
            () -> {
              product.set(multiplied.value);
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
              cuts.set(pieceIndex.eq(pieces - 1).not());
            });
    Bit ofFirst = nextWhen(ends, nextFirst);
    Bit ofLast = nextWhen(ends, nextLast);
    UInt pair = cat(wordAt(product, word), wordAt(product, word.sub(1)));
    UInt cut = pair.shl(places).slice(2 * pieceBits - 1, pieceBits);
    UInt nextPiece = next(cut);
    piece.set(nextPiece);
    Bit nextValid = next(cuts, 0);
    valid.set(nextValid);
    Bit nextLowest = next(pieceIndex.eq(0));
    lowest.set(nextLowest);
    Bit nextOfFirst = next(ofFirst);
    pieceOfFirst.set(nextOfFirst);
    Bit nextLastPiece = next(ofLast.and(pieceIndex.eq(pieces - 1)));
    lastPiece.set(nextLastPiece);
    check(ends.not().or(cuts.not()).or(pieceIndex.eq(pieces - 1)), "a term ends while one is cut");
  }

  /**
   * Pieces of a sum in the machine of {@code configuration}. Four lanes are for FPGAs that have
   * multipliers to spare; in these a term takes no longer than the {@linkplain
   * Configuration#steps() steps} of a block.
   */
  static int pieces(Configuration configuration) {
    return configuration.lanes() < 4 ? MOST_PIECES : configuration.steps();
  }

  /** Bits of one of {@code pieces} pieces. */
  static int pieceBits(int pieces) {
    return Long.SIZE / pieces;
  }

  /** Adds the multiples of the dot product that digits of the significand select. */
  private Product byDigits() {
    int lowBits = DIGIT_BITS * pieces;
    SInt multiplicand = reg(sint(DOT_BITS));
    UInt digits = reg(uint(lowBits));
    SInt above = reg(sint(DOT_BITS));
    UInt below = reg(uint(lowBits));
    UInt left = reg(uint(bits(pieces)));
    Bit multiplies = reg(bit(), 0);
    Bit ends = multiplies.and(left.eq(0));
    Bit negative = scale.at(WeightFormat.SCALE_BITS - 1);
    when(
            load,
            () -> {
              multiplicand.set(mux(negative, dot.neg().wrap(DOT_BITS), dot));
              digits.set(Scale.magnitude(scale).pad(lowBits));
              above.set(0);
              left.set(pieces - 1);
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
    check(load.not().or(multiplies.not()).or(ends), "a term is loaded while one is multiplied");
    SInt aboveNext = sum.shr(DIGIT_BITS).wrap(PRODUCT_BITS - lowBits);
    return new Product(ends, cat(aboveNext.asUInt(), belowNext).asSInt());
  }

  /** Multiplies the halves of the dot product. */
  private Product byMultipliers() {
    SInt loadedDot = nextWhen(load, dot);
    SInt significand = nextWhen(load, Scale.decode(scale).significand());
    Bit ends = next(load, 0);
    SInt low = loadedDot.slice(LOW_BITS - 1, 0).toSInt().mul(significand);
    SInt high = loadedDot.shr(LOW_BITS).mul(significand);
    return new Product(ends, high.shl(LOW_BITS).add(low).wrap(PRODUCT_BITS));
  }

  /** A word of a product that goes on without end: zeros below it, its sign above. */
  private UInt wordAt(SInt product, SInt index) {
    int words = PRODUCT_BITS / pieceBits;
    UInt zero = lit(0, pieceBits);
    UInt sign = fill(pieceBits, product.negative());
    UInt inside = product.slice(pieceBits - 1, 0);
    if (words == 2) {
      inside = mux(index.at(0), product.slice(PRODUCT_BITS - 1, pieceBits), inside);
    }
    Bit beyond = index.slice(index.width() - 1, words - 1).any();
    return mux(index.negative(), zero, mux(beyond, sign, inside));
  }
}

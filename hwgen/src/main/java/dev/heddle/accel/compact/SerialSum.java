package dev.heddle.accel.compact;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.Fp32;
import dev.heddle.accel.matmul.FloatConverter;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Stream;

/**
 * The 64-bit sum of a row, to which terms are added piece by piece, and its conversion to fp32 as
 * {@link Fp32#fromAccumulator} has it.
 *
 * <p>A piece is added a cycle. After the last one the sum is negated if it is negative, a piece a
 * cycle, and shifted by a place a cycle until its highest bit is one: from the last piece to the
 * number 6 cycles and up to 64 more, and one for each piece.
 */
final class SerialSum extends Component {
  private static final int BIAS = Float.MAX_EXPONENT;
  private static final int FRACTION_BITS = Fp32.SIGNIFICAND_BITS - 1;
  private static final int EXPONENT_BITS = FloatConverter.EXPONENT_BITS + 1;

  private enum Phase {
    ADD,
    SIGN,
    NEGATE,
    NORMALISE,
    ROUND,
    SCALE,
    ASSEMBLE,
    NUMBER
  }

  /** Whether there is a piece. */
  final Bit valid = in(bit());

  /** Bits that are added. */
  final UInt piece;

  /** Whether they are the lowest of a term. */
  final Bit lowest = in(bit());

  /** Whether they belong to the first term of a row. */
  final Bit first = in(bit());

  /** Whether they are the highest of the last term of a row. */
  final Bit last = in(bit());

  /** Exponent of the sum's unit; stable from the first term on. */
  final SInt exponent = in(sint(FloatConverter.EXPONENT_BITS));

  /** The bits of the number, for a cycle, in which {@link #number} may stay. */
  final Stream<UInt> number = out(Stream.of(uint(Float.SIZE)));

  /** Whether it was too large; with the number. */
  final Bit saturated = out(bit());

  /** One in the cycle after which the next row may begin. */
  final Bit free = out(bit());

  /** A sum in {@code pieces} pieces. */
  SerialSum(int pieces) {
    int pieceBits = SerialTerm.pieceBits(pieces);
    piece = in(uint(pieceBits));
    document("64-bit sum in pieces of %d bits, and its conversion to fp32.".formatted(pieceBits));
    parameter("PIECES", pieces);
    UInt sum = reg(uint(Long.SIZE));
    Bit carry = reg(bit());
    Bit negative = reg(bit());
    SInt scale = reg(sint(EXPONENT_BITS));
    UInt shifts = reg(uint(bits(Long.SIZE)));
    State<Phase> phase = state(Phase.ADD);
    Bit negates = phase.is(Phase.NEGATE);

    Bit top = sum.at(Long.SIZE - 1);
    UInt low = sum.slice(pieceBits - 1, 0);
    UInt before = mux(first.or(negates), lit(0, pieceBits), low);
    UInt added = mux(negates, low.not(), piece);
    Bit one = mux(negates, carry, carry.andNot(lowest));
    UInt total = before.add(added).add(one.asUInt()).wrap(pieceBits + 1);
    when(
        valid.or(negates),
        () -> {
          sum.set(cat(total.wrap(pieceBits), sum.shr(pieceBits)));
          carry.set(total.at(pieceBits));
        });
    int lowest24 = Long.SIZE - Fp32.SIGNIFICAND_BITS;
    UInt kept = sum.slice(Long.SIZE - 1, lowest24);
    Bit half = sum.at(lowest24 - 1);
    Bit below = sum.slice(lowest24 - 2, 0).any();
    Bit up = nextWhen(phase.is(Phase.ROUND), half.and(below.or(kept.at(0))));
    match(
        phase,
        p ->
            switch (p) {
              case ADD -> () -> when(valid.and(last), () -> phase.set(Phase.SIGN));
              case SIGN ->
                  () -> {
                    negative.set(top);
                    carry.set(true);
                    shifts.set(0);
                    scale.set(
                        exponent.pad(EXPONENT_BITS).add(Long.SIZE - 1 + BIAS).wrap(EXPONENT_BITS));
                    phase.set(top, Phase.NEGATE, Phase.NORMALISE);
                  };
              case NEGATE ->
                  () -> {
                    shifts.set(shifts.inc());
                    when(
                        shifts.eq(pieces - 1),
                        () -> {
                          shifts.set(0);
                          phase.set(Phase.NORMALISE);
                        });
                  };
              case NORMALISE ->
                  () ->
                      when(top.or(shifts.eq(Long.SIZE - 1)), () -> phase.set(Phase.ROUND))
                          .otherwise(
                              () -> {
                                sum.set(sum.shl(1).wrap(Long.SIZE));
                                shifts.set(shifts.inc());
                                scale.set(scale.sub(1).wrap(EXPONENT_BITS));
                              });
              case ROUND -> () -> phase.set(Phase.SCALE);
              case SCALE ->
                  () -> {
                    // Only ones that are rounded up carry out of the significand.
                    Bit carries = up.and(kept.all());
                    scale.set(scale.add(carries.asUInt().toSInt()).wrap(EXPONENT_BITS));
                    phase.set(Phase.ASSEMBLE);
                  };
              case ASSEMBLE -> () -> phase.set(Phase.NUMBER);
              case NUMBER -> () -> when(number.ready, () -> phase.set(Phase.ADD));
            });

    UInt fraction = kept.wrapAdd(up.asUInt()).wrap(FRACTION_BITS);
    Bit tooLarge = top.and(scale.gt(2 * BIAS));
    Bit tooSmall = top.not().or(scale.lt(1));
    UInt largest = lit(Float.floatToRawIntBits(Float.MAX_VALUE), Float.SIZE - 1);
    UInt regular = cat(scale.slice(7, 0), fraction);
    UInt magnitude = mux(tooLarge, largest, mux(tooSmall, lit(0, Float.SIZE - 1), regular));
    UInt assembled = nextWhen(phase.is(Phase.ASSEMBLE), cat(negative, magnitude));
    number.valid.set(phase.is(Phase.NUMBER));
    number.payload.set(assembled);
    Bit assembledTooLarge = nextWhen(phase.is(Phase.ASSEMBLE), tooLarge);
    saturated.set(assembledTooLarge);
    free.set(number.fire());
    check(valid.not().or(phase.is(Phase.ADD)), "a piece is added to a sum that is converted");
  }
}

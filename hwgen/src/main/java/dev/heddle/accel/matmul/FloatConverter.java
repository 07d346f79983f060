package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.Fp32;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;

/**
 * Turns {@code accumulator * 2^exponent} into fp32: the integer rounded to 24 significant bits,
 * ties to even; too large a result becomes the largest finite number, too small a one zero, both
 * with the sign kept ({@link Fp32#fromAccumulator}).
 *
 * <p>Latency {@value #LATENCY} cycles (magnitude, normalisation, rounding); one result a cycle.
 */
public final class FloatConverter extends Component {
  /** Cycles from an accumulator to its number. */
  public static final int LATENCY = 3;

  /** Bits of the exponent. */
  public static final int EXPONENT_BITS = 9;

  private static final int BIAS = Float.MAX_EXPONENT;
  private static final int FRACTION_BITS = Fp32.SIGNIFICAND_BITS - 1;

  /** Whether there is an integer; the registers hold still behind cycles without. */
  public final Bit valid = in(bit());

  /** The integer. */
  public final SInt accumulator = in(sint(Long.SIZE));

  /** Exponent of the integer's unit. */
  public final SInt exponent = in(sint(EXPONENT_BITS));

  /** The bits of the fp32 number. */
  public final UInt number = out(uint(Float.SIZE));

  /** Whether the number was too large. */
  public final Bit saturated = out(bit());

  /** A converter. */
  public FloatConverter() {
    document("64-bit integer times a power of two to fp32, ties to even; three cycles.");

    Bit normalises = next(valid, 0);
    Bit rounds = next(normalises, 0);
    Bit negative = nextWhen(valid, accumulator.negative());
    SInt absolute = mux(accumulator.negative(), accumulator.neg(), accumulator);
    UInt magnitude = nextWhen(valid, absolute.asUInt().wrap(Long.SIZE));
    SInt unit = nextWhen(valid, exponent);

    // Normalisation: in steps of 32, 16, ... 1 places, whatever leaves the top bit one.
    UInt normal = magnitude;
    UInt[] places = new UInt[6];
    for (int level = 0; level < 6; level++) {
      int step = 32 >> level;
      Bit zeros = normal.slice(Long.SIZE - 1, Long.SIZE - step).any().not();
      normal = mux(zeros, normal.shl(step).wrap(Long.SIZE), normal);
      places[level] = zeros.asUInt();
    }
    UInt shifted = nextWhen(normalises, normal);
    SInt top = unit.add(Long.SIZE - 1 + BIAS).sub(cat(places).toSInt());
    SInt biased = nextWhen(normalises, top);
    Bit sign = nextWhen(normalises, negative);

    int lowest = Long.SIZE - Fp32.SIGNIFICAND_BITS;
    UInt kept = shifted.slice(Long.SIZE - 1, lowest);
    Bit half = shifted.at(lowest - 1);
    Bit below = shifted.slice(lowest - 2, 0).any();
    Bit up = half.and(below.or(kept.at(0)));
    UInt rounded = kept.add(up.asUInt());
    Bit carry = rounded.at(Fp32.SIGNIFICAND_BITS);
    SInt scaled = biased.add(carry.asUInt().toSInt());
    Bit nonZero = shifted.at(Long.SIZE - 1);
    Bit tooLarge = nonZero.and(scaled.gt(2 * BIAS));
    Bit tooSmall = nonZero.not().or(scaled.lt(1));
    UInt fraction = rounded.slice(FRACTION_BITS - 1, 0);
    UInt regular = cat(scaled.slice(7, 0), fraction);
    UInt largest = lit(Float.floatToRawIntBits(Float.MAX_VALUE), Float.SIZE - 1);
    UInt value = mux(tooLarge, largest, mux(tooSmall, lit(0, Float.SIZE - 1), regular));
    UInt result = nextWhen(rounds, cat(sign, value));
    number.set(result);
    Bit overflow = nextWhen(rounds, tooLarge);
    saturated.set(overflow);
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.Fp32;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;

/**
 * The product of two fp32 numbers, bit for bit as {@link Fp32#mul}: ties to even; too large a
 * product becomes the largest finite number, too small a one zero, both with the sign kept.
 *
 * <p>Latency {@value #LATENCY} cycles (product of the significands, rounding); one product a cycle.
 */
public final class FloatMultiplier extends Component {
  /** Cycles from the factors to their product. */
  public static final int LATENCY = 2;

  private static final int FRACTION_BITS = Fp32.SIGNIFICAND_BITS - 1;
  private static final int EXPONENT_BITS = Float.SIZE - Fp32.SIGNIFICAND_BITS;
  private static final int BIAS = Float.MAX_EXPONENT;

  /** Whether there are factors; the registers hold still behind cycles without. */
  public final Bit valid = in(bit());

  /** Bits of a factor. */
  public final UInt a = in(uint(Float.SIZE));

  /** Bits of the other factor. */
  public final UInt b = in(uint(Float.SIZE));

  /** Bits of the product. */
  public final UInt product = out(uint(Float.SIZE));

  /** A multiplier. */
  public FloatMultiplier() {
    document("Product of two fp32 numbers, ties to even, no subnormal numbers; two cycles.");

    Bit rounds = next(valid, 0);
    UInt exact = nextWhen(valid, significand(a).mul(significand(b)));
    SInt exponent = nextWhen(valid, exponent(a).add(exponent(b)).sub(lit(BIAS)));
    Bit sign = nextWhen(valid, sign(a).xor(sign(b)));
    Bit nonZero = nextWhen(valid, nonZero(a).and(nonZero(b)));

    // The product of two significands has its leading one in the top bit or the one below.
    int width = 2 * Fp32.SIGNIFICAND_BITS;
    Bit high = exact.at(width - 1);
    UInt normal = mux(high, exact, exact.shl(1).wrap(width));
    UInt kept = normal.slice(width - 1, Fp32.SIGNIFICAND_BITS);
    Bit half = normal.at(Fp32.SIGNIFICAND_BITS - 1);
    Bit below = normal.slice(Fp32.SIGNIFICAND_BITS - 2, 0).any();
    Bit up = half.and(below.or(kept.at(0)));
    SInt raised = exponent.add(high.asUInt().toSInt());
    UInt result = nextWhen(rounds, settled(sign, nonZero, raised, kept, up));
    product.set(result);
  }

  static Bit sign(UInt number) {
    return number.at(Float.SIZE - 1);
  }

  /** The exponent with its bias. */
  static UInt exponent(UInt number) {
    return number.slice(Float.SIZE - 2, FRACTION_BITS);
  }

  static UInt fraction(UInt number) {
    return number.slice(FRACTION_BITS - 1, 0);
  }

  /** Whether the number is neither zero nor subnormal. */
  static Bit nonZero(UInt number) {
    return exponent(number).any();
  }

  /** The fraction with the leading one of a normal number. */
  static UInt significand(UInt number) {
    return cat(lit(1, 1), fraction(number));
  }

  /**
   * The number with the given significand, rounded up where {@code up} is one, brought into range.
   *
   * <p>IEEE 754 rounds a result below the normal numbers in units of the smallest subnormal, twice
   * the unit of {@code kept}: the largest of them, all ones, becomes the smallest normal number.
   * All others are flushed.
   *
   * @param exponent of the significand, with its bias
   * @param kept significand, its leading one in the top bit
   */
  static UInt settled(Bit sign, Bit nonZero, SInt exponent, UInt kept, Bit up) {
    Bit subnormalUp = exponent.eq(0).and(kept.all());
    UInt rounded = kept.add(up.or(subnormalUp).asUInt());
    Bit carry = rounded.at(Fp32.SIGNIFICAND_BITS);
    SInt settledExponent = exponent.add(carry.asUInt().toSInt());
    Bit tooLarge = settledExponent.gt(2 * BIAS);
    Bit tooSmall = nonZero.not().or(settledExponent.lt(1));
    UInt regular =
        cat(settledExponent.slice(EXPONENT_BITS - 1, 0), rounded.slice(FRACTION_BITS - 1, 0));
    UInt largest = lit(Float.floatToRawIntBits(Float.MAX_VALUE), Float.SIZE - 1);
    UInt magnitude = mux(tooSmall, lit(0, Float.SIZE - 1), mux(tooLarge, largest, regular));
    return cat(sign, magnitude);
  }
}

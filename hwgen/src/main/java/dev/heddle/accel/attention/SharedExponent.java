package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;

/**
 * Logic that turns fp32 numbers into codes with a common exponent, bit for bit as {@link
 * Int8Block#quantise}. The largest biased exponent of the numbers, and at least {@link #least}, is
 * their <em>top</em>.
 */
public final class SharedExponent {
  private static final int MAGNITUDE_BITS = DotProduct.CODE_BITS - 1;

  /** Biased exponent of the largest number less the exponent of the codes. */
  private static final int TOP = Float.MAX_EXPONENT + MAGNITUDE_BITS - 1;

  /** Right shift that leaves less than half of the smallest code of any number. */
  private static final int SHIFTED_OUT = MAGNITUDE_BITS + 1;

  private SharedExponent() {}

  /** The top of zeros. */
  public static UInt least() {
    return lit(TOP + Int8Block.MIN_EXPONENT, 8);
  }

  /** The biased exponent of a number. */
  public static UInt biased(UInt number) {
    return FloatMultiplier.exponent(number);
  }

  /** The larger of two biased exponents. */
  public static UInt larger(UInt a, UInt b) {
    return mux(a.gt(b), a, b);
  }

  /** Whether a number is infinite or NaN. */
  public static Bit infinite(UInt number) {
    return biased(number).all();
  }

  /**
   * The number that stands for any fp32 number: a subnormal one becomes zero, an infinite one or a
   * NaN the largest finite number, both with the sign kept.
   */
  public static UInt valid(UInt number) {
    UInt largest = lit(Float.floatToRawIntBits(Float.MAX_VALUE), Float.SIZE - 1);
    UInt magnitude = number.slice(Float.SIZE - 2, 0);
    UInt finite = mux(infinite(number), largest, magnitude);
    UInt settled = mux(FloatMultiplier.nonZero(number), finite, lit(0, Float.SIZE - 1));
    return cat(FloatMultiplier.sign(number), settled);
  }

  /** The exponent of codes with a top. */
  public static SInt exponent(UInt top) {
    return top.sub(TOP).wrap(8);
  }

  /**
   * The code of a {@link #valid} number among others with a top; two cycles.
   *
   * @param owner where the registers are
   * @param shifts whether the first of them take something
   * @param rounds whether the last does
   */
  public static UInt code(Component owner, UInt number, UInt top, Bit shifts, Bit rounds) {
    UInt distance = top.sub(biased(number)).asUInt().wrap(8).sat(4);
    UInt exact = FloatMultiplier.significand(number).shl(SHIFTED_OUT);
    UInt shifted = exact.shr(distance);
    int point = exact.width() - MAGNITUDE_BITS;
    UInt kept = owner.nextWhen(shifts, shifted.slice(exact.width() - 1, point));
    Bit half = owner.nextWhen(shifts, shifted.at(point - 1));
    Bit below = owner.nextWhen(shifts, shifted.slice(point - 2, 0).any());
    Bit negative = owner.nextWhen(shifts, FloatMultiplier.sign(number));
    Bit up = half.and(below.or(kept.at(0)));
    SInt magnitude = kept.add(up.asUInt()).sat(MAGNITUDE_BITS).toSInt();
    SInt code =
        owner.nextWhen(
            rounds, mux(negative, magnitude.neg().wrap(DotProduct.CODE_BITS), magnitude));
    return code.asUInt();
  }
}

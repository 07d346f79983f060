package dev.heddle.accel.format;

/**
 * IEEE 754 binary16 numbers, the scales and minimums of weight blocks, held as their 16 bits.
 *
 * <p>The hardware reads a finite one as {@code significand * 2^exponent}:
 *
 * <pre>
 *   bits             s eeeee ffffffffff      significand (signed)    exponent
 *   e = 1 .. 30      normal                  +-(1024 + f)            e - 25, that is -24 .. 5
 *   e = 0            subnormal or zero       +-f                     -24
 *   e = 31           infinity or NaN         refused                 refused
 * </pre>
 */
public final class Fp16 {
  /** The smallest exponent, that of subnormal numbers and zero. */
  public static final int MIN_EXPONENT = -24;

  /** The largest exponent. */
  public static final int MAX_EXPONENT = 5;

  /** Bits of a significand's magnitude. */
  public static final int SIGNIFICAND_BITS = 11;

  /** The largest finite number, 65504. */
  public static final float MAX_VALUE = 65504f;

  private static final int FRACTION_BITS = 10;
  private static final int FRACTION_MASK = (1 << FRACTION_BITS) - 1;
  private static final int EXPONENT_MASK = 31;
  private static final int SIGN = 0x8000;
  private static final int INFINITY = 0x7c00;
  private static final int NAN = 0x7e00;

  private Fp16() {}

  /** Whether the bits are neither an infinity nor a NaN. */
  public static boolean isFinite(int bits) {
    return exponentField(bits) != EXPONENT_MASK;
  }

  /**
   * The signed integer of 12 bits in {@code value = significand * 2^exponent}.
   *
   * @throws IllegalArgumentException for an infinity or a NaN
   */
  public static int significand(int bits) {
    requireFinite(bits);
    int fraction = bits & FRACTION_MASK;
    int magnitude = exponentField(bits) == 0 ? fraction : fraction | 1 << FRACTION_BITS;
    return (bits & SIGN) == 0 ? magnitude : -magnitude;
  }

  /**
   * The power of two in {@code value = significand * 2^exponent}, -24 to 5.
   *
   * @throws IllegalArgumentException for an infinity or a NaN
   */
  public static int exponent(int bits) {
    requireFinite(bits);
    return Math.max(exponentField(bits), 1) - 1 + MIN_EXPONENT;
  }

  /**
   * The number as a float, exactly.
   *
   * @throws IllegalArgumentException for an infinity or a NaN
   */
  public static float toFloat(int bits) {
    float magnitude = Math.scalb((float) Math.abs(significand(bits)), exponent(bits));
    return (bits & SIGN) == 0 ? magnitude : -magnitude;
  }

  /**
   * The bits of the binary16 number nearest to {@code value}, ties to even: as IEEE 754 has it,
   * with subnormal results, an infinity above 65519.99 and NaN for NaN.
   */
  public static int fromFloat(float value) {
    int sign = Float.floatToRawIntBits(value) >>> Short.SIZE & SIGN;
    if (Float.isNaN(value)) {
      return NAN;
    }
    double magnitude = Math.abs((double) value);
    int exponent =
        Math.max(Math.getExponent(magnitude) - FRACTION_BITS, MIN_EXPONENT); // of the last place
    if (exponent > MAX_EXPONENT) {
      return sign | INFINITY;
    }
    // In units of the last place the nearest integer is the significand; one that rounds up to a
    // power of two carries into the exponent field by itself.
    int significand = (int) Math.rint(Math.scalb(magnitude, -exponent));
    int field = exponent - MIN_EXPONENT;
    return sign | ((field << FRACTION_BITS) + significand);
  }

  private static int exponentField(int bits) {
    return bits >> FRACTION_BITS & EXPONENT_MASK;
  }

  private static void requireFinite(int bits) {
    if (!isFinite(bits)) {
      throw new IllegalArgumentException(
          "the binary16 number 0x%04x is not finite".formatted(bits & 0xffff));
    }
  }
}

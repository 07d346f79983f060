package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.WeightFormat;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.UInt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What hardware has to know of the {@link WeightFormat} of the beats that pass.
 *
 * @param wide whether codes have 8 bits, not 4
 * @param signed whether codes are signed
 * @param hasMinimum whether beats of minimums follow those of scales
 */
public record DecodedFormat(Bit wide, Bit signed, Bit hasMinimum) {
  /** Bits of a code that is not wide. */
  public static final int NARROW_BITS = DotProduct.CODE_BITS / 2;

  /** The format at this position in {@link WeightFormat}. */
  public static DecodedFormat of(UInt format) {
    return new DecodedFormat(
        named("wide", is(format, f -> f.codeBits() == DotProduct.CODE_BITS)),
        named("signedCodes", is(format, WeightFormat::signed)),
        named("hasMinimum", is(format, WeightFormat::hasMin)));
  }

  /** Bits of a position in {@link WeightFormat}. */
  public static int positionBits() {
    return bits(WeightFormat.values().length);
  }

  /** The 4-bit codes of the low (0) or high (1) half of a beat as codes of 8 bits. */
  public UInt widened(UInt beat, int half) {
    int halfBits = beat.width() / 2;
    UInt narrow = beat.slice(halfBits * (half + 1) - 1, halfBits * half);
    List<UInt> codes = new ArrayList<>();
    for (int low = 0; low < narrow.width(); low += NARROW_BITS) {
      UInt code = narrow.slice(low + NARROW_BITS - 1, low);
      Bit negative = code.at(NARROW_BITS - 1).and(signed);
      codes.add(0, cat(fill(NARROW_BITS, negative), code));
    }
    return cat(codes);
  }

  private static Bit is(UInt format, Predicate<WeightFormat> property) {
    Bit any = lit(false);
    for (WeightFormat candidate : WeightFormat.values()) {
      if (property.test(candidate)) {
        any = any.or(format.eq(candidate.ordinal()));
      }
    }
    return any;
  }
}

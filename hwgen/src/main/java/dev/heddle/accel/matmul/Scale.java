package dev.heddle.accel.matmul;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.Fp16;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * A scale or minimum of a block: the value is {@code significand * 2^exponent}.
 *
 * @param significand signed, 12 bits
 * @param exponent signed, 6 bits, -24 to 5
 */
public record Scale(SInt significand, SInt exponent) implements Data {
  /** Bits of the significand with its sign. */
  public static final int SIGNIFICAND_BITS = Fp16.SIGNIFICAND_BITS + 1;

  /** Bits of the exponent with its sign. */
  public static final int EXPONENT_BITS = 6;

  private static final int FRACTION_BITS = Fp16.SIGNIFICAND_BITS - 1;

  /** The type. */
  public static Type<Scale> type() {
    return () -> new Scale(sint(SIGNIFICAND_BITS).make(), sint(EXPONENT_BITS).make());
  }

  /**
   * The scale that {@code half}, an IEEE binary16 number that is finite, stands for; combinational.
   */
  public static Scale decode(UInt half) {
    SInt magnitude = magnitude(half).toSInt();
    Bit negative = half.at(WeightFormat.SCALE_BITS - 1);
    SInt significand = mux(negative, magnitude.neg().wrap(SIGNIFICAND_BITS), magnitude);
    return new Scale(significand, exponent(half));
  }

  /** The significand without its sign. */
  public static UInt magnitude(UInt half) {
    return cat(biased(half).any(), half.slice(FRACTION_BITS - 1, 0));
  }

  /** The exponent. */
  public static SInt exponent(UInt half) {
    // The smallest normal numbers and the subnormal ones share an exponent.
    UInt biased = biased(half);
    UInt effective = mux(biased.any(), biased, 1);
    return effective.sub(1 - Fp16.MIN_EXPONENT).wrap(EXPONENT_BITS);
  }

  private static UInt biased(UInt half) {
    return half.slice(WeightFormat.SCALE_BITS - 2, FRACTION_BITS);
  }
}

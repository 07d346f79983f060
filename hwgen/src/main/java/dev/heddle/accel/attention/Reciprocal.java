package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.Fp32;
import dev.heddle.accel.matmul.FloatConverter;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Delay;
import java.util.List;

/**
 * The reciprocal of an integer that is first rounded to fp32, correctly rounded, bit for bit as
 * {@link Fp32#reciprocal}; of zero it is zero.
 *
 * <pre>
 *   integer --> FloatConverter --> 2 - S --> 12 stages, two bits of 1/S each --> rounding
 *               1.0 <= S < 2.0
 * </pre>
 *
 * Restoring division of the significands: of {@code 1/S = 0.1...} the bit after the point is one,
 * and each step doubles the remainder and takes the divisor off where it fits. The bit after the
 * last one kept says how to round, because {@code 1/S} never lies in the middle between two
 * numbers. For {@code S = 1} all bits are ones and the rounding carries.
 *
 * <p>Latency {@value #LATENCY} cycles; one reciprocal a cycle.
 */
public final class Reciprocal extends Component {
  private static final int BITS_PER_STAGE = 2;

  /** Bits of the quotient that are not known from the start: with the one that rounds. */
  private static final int STAGES = Fp32.SIGNIFICAND_BITS / BITS_PER_STAGE;

  /** Cycles from an integer to its reciprocal. */
  public static final int LATENCY = FloatConverter.LATENCY + 1 + STAGES + 1;

  private static final int BIAS = Float.MAX_EXPONENT;

  /** Whether there is an integer; the registers hold still behind cycles without. */
  public final Bit valid;

  /** The integer. */
  public final UInt divisor;

  /** Bits of the fp32 reciprocal. */
  public final UInt number;

  private final int bits;

  /** A unit for integers of {@code bits} bits, at most 63. */
  public Reciprocal(int bits) {
    this.bits = bits;
    valid = in(bit());
    divisor = in(uint(bits));
    number = out(uint(Float.SIZE));
    document("Correctly rounded fp32 reciprocal of an integer; %d cycles.".formatted(LATENCY));
    parameter("BITS", bits);

    FloatConverter converter = inst(new FloatConverter());
    converter.accumulator.set(divisor.toSInt());
    converter.exponent.set(0);
    converter.valid.set(valid);
    List<Bit> valids = Delay.line(this, LATENCY - 1, valid, 0);
    unused(converter.saturated);
    UInt rounded = converter.number;
    unused(rounded);

    UInt exact = FloatMultiplier.significand(rounded);
    Bit converted = valids.get(FloatConverter.LATENCY);
    UInt significand = nextWhen(converted, exact);
    // 2 - S: 2 is beyond the top bit.
    UInt remainder = nextWhen(converted, lit(0, Fp32.SIGNIFICAND_BITS).wrapSub(exact));
    UInt quotient = lit(1, 1);
    for (int stage = 0; stage < STAGES; stage++) {
      Bit divides = valids.get(FloatConverter.LATENCY + 1 + stage);
      UInt rest = remainder;
      UInt digits = quotient;
      for (int bit = 0; bit < BITS_PER_STAGE; bit++) {
        UInt doubled = rest.shl(1);
        Bit fits = doubled.ge(significand);
        UInt difference = doubled.wrapSub(significand);
        rest = mux(fits, difference, doubled).wrap(Fp32.SIGNIFICAND_BITS);
        digits = cat(digits, fits);
      }
      remainder = nextWhen(divides, rest);
      quotient = nextWhen(divides, digits);
      significand = nextWhen(divides, significand);
    }

    UInt kept = quotient.slice(Fp32.SIGNIFICAND_BITS, 1);
    UInt sum = kept.add(quotient.at(0).asUInt());
    Bit carry = sum.at(Fp32.SIGNIFICAND_BITS);
    UInt exponent = Delay.of(this, 1 + STAGES, FloatMultiplier.exponent(rounded));
    UInt inverted = lit(2 * BIAS - 1).sub(exponent).asUInt().wrap(exponent.width());
    UInt raised = inverted.add(carry.asUInt()).wrap(exponent.width());
    UInt regular = cat(lit(0, 1), raised, sum.wrap(Fp32.SIGNIFICAND_BITS - 1));
    UInt result =
        nextWhen(valids.get(LATENCY - 1), mux(exponent.any(), regular, lit(0, Float.SIZE)));
    number.set(result);
  }

  @Override
  protected String moduleName() {
    return "Reciprocal" + bits;
  }
}

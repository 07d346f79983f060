package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.Fp32;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;

/**
 * An fp32 number times a power of two, bit for bit as {@link Fp32#mul} with {@code 2^exponent}: the
 * exponents are added.
 *
 * <p>Latency {@value #LATENCY} cycle; one number a cycle.
 */
public final class FloatScaler extends Component {
  /** Cycles from a number to its product. */
  public static final int LATENCY = 1;

  /** Whether there is a number; the register holds still behind cycles without. */
  public final Bit valid = in(bit());

  /** Bits of the number. */
  public final UInt number = in(uint(Float.SIZE));

  /** Exponent of the power, at least -126: the smallest that fp32 has. */
  public final SInt exponent = in(sint(8));

  /** Bits of the product. */
  public final UInt product = out(uint(Float.SIZE));

  /** A scaler. */
  public FloatScaler() {
    document("An fp32 number times a power of two; one cycle.");
    SInt raised = FloatMultiplier.exponent(number).toSInt().add(exponent);
    UInt result =
        nextWhen(
            valid,
            FloatMultiplier.settled(
                FloatMultiplier.sign(number),
                FloatMultiplier.nonZero(number),
                raised,
                FloatMultiplier.significand(number),
                lit(false)));
    product.set(result);
  }
}

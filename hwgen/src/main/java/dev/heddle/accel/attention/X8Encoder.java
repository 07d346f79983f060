package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Delay;
import java.util.ArrayList;
import java.util.List;

/**
 * Quantises a block of 32 fp32 numbers to codes with a common exponent, bit for bit as {@link
 * Int8Block#quantise}.
 *
 * <pre>
 *   cycle   0                    1                   2              3
 *   numbers --> largest of 8 --> largest exponent --> shifted --> rounded, clamped codes
 * </pre>
 *
 * <p>Latency {@value #LATENCY} cycles; one block a cycle.
 */
public final class X8Encoder extends Component {
  /** Cycles from a block to its codes. */
  public static final int LATENCY = 4;

  private static final int ELEMENTS = WeightFormat.BLOCK;
  private static final int GROUP = 8;
  private static final int MAGNITUDE_BITS = DotProduct.CODE_BITS - 1;

  /** Biased exponent of a block's largest number less the exponent of the block. */
  private static final int TOP = Float.MAX_EXPONENT + MAGNITUDE_BITS - 1;

  /** Right shift that leaves less than half of the smallest code of any number. */
  private static final int SHIFTED_OUT = MAGNITUDE_BITS + 1;

  /** Whether there is a block; the registers hold still behind cycles without. */
  public final Bit valid = in(bit());

  /** Bits of the numbers, the first in the lowest bits. */
  public final UInt numbers = in(uint(ELEMENTS * Float.SIZE));

  /** The codes, the first in the lowest bits. */
  public final UInt codes = out(uint(ELEMENTS * DotProduct.CODE_BITS));

  /** The common exponent. */
  public final SInt exponent = out(sint(8));

  /** An encoder. */
  public X8Encoder() {
    document(
        "Codes with a common exponent of %d fp32 numbers; %d cycles.".formatted(ELEMENTS, LATENCY));

    List<Bit> valids = Delay.line(this, LATENCY - 1, valid, 0);
    List<UInt> groups = new ArrayList<>();
    for (int first = 0; first < ELEMENTS; first += GROUP) {
      List<UInt> exponents = new ArrayList<>();
      for (int element = first; element < first + GROUP; element++) {
        exponents.add(FloatMultiplier.exponent(number(numbers, element)));
      }
      UInt largest = nextWhen(valid, reduce(exponents, X8Encoder::larger));
      groups.add(largest);
    }
    UInt smallestTop = lit(TOP + Int8Block.MIN_EXPONENT, 8);
    UInt top = nextWhen(valids.get(1), larger(reduce(groups, X8Encoder::larger), smallestTop));
    UInt grouped = nextWhen(valid, numbers);
    UInt held = nextWhen(valids.get(1), grouped);

    List<UInt> elements = new ArrayList<>();
    for (int element = 0; element < ELEMENTS; element++) {
      elements.add(0, code(number(held, element), top, valids));
    }
    codes.set(cat(elements));
    UInt lastTop = Delay.of(this, 2, top);
    exponent.set(lastTop.sub(TOP).wrap(8));
  }

  /** The code of a number in a block whose largest exponent is {@code top}; two cycles. */
  private UInt code(UInt number, UInt top, List<Bit> valids) {
    UInt distance = top.sub(FloatMultiplier.exponent(number)).asUInt().wrap(8).sat(4);
    UInt exact = FloatMultiplier.significand(number).shl(SHIFTED_OUT);
    UInt shifted = exact.shr(distance);
    int point = exact.width() - MAGNITUDE_BITS;
    UInt kept = nextWhen(valids.get(2), shifted.slice(exact.width() - 1, point));
    Bit half = nextWhen(valids.get(2), shifted.at(point - 1));
    Bit below = nextWhen(valids.get(2), shifted.slice(point - 2, 0).any());
    Bit negative = nextWhen(valids.get(2), FloatMultiplier.sign(number));
    Bit up = half.and(below.or(kept.at(0)));
    SInt magnitude = kept.add(up.asUInt()).sat(MAGNITUDE_BITS).toSInt();
    SInt code =
        nextWhen(
            valids.get(3), mux(negative, magnitude.neg().wrap(DotProduct.CODE_BITS), magnitude));
    return code.asUInt();
  }

  private static UInt number(UInt numbers, int element) {
    return numbers.slice(Float.SIZE * element + Float.SIZE - 1, Float.SIZE * element);
  }

  private static UInt larger(UInt a, UInt b) {
    return mux(a.gt(b), a, b);
  }
}

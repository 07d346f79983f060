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
        exponents.add(SharedExponent.biased(number(numbers, element)));
      }
      UInt largest = nextWhen(valid, reduce(exponents, SharedExponent::larger));
      groups.add(largest);
    }
    UInt largestOfAll = reduce(groups, SharedExponent::larger);
    UInt top = nextWhen(valids.get(1), SharedExponent.larger(largestOfAll, SharedExponent.least()));
    UInt grouped = nextWhen(valid, numbers);
    UInt held = nextWhen(valids.get(1), grouped);

    List<UInt> elements = new ArrayList<>();
    for (int element = 0; element < ELEMENTS; element++) {
      UInt number = number(held, element);
      elements.add(0, SharedExponent.code(this, number, top, valids.get(2), valids.get(3)));
    }
    codes.set(cat(elements));
    UInt lastTop = Delay.of(this, 2, top);
    exponent.set(SharedExponent.exponent(lastTop));
  }

  private static UInt number(UInt numbers, int element) {
    return numbers.slice(Float.SIZE * element + Float.SIZE - 1, Float.SIZE * element);
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;

/**
 * Adds up the values of a segment of a row, each times its power of two, and the powers of two,
 * exactly ({@link GoldenAttention}).
 *
 * <pre>
 *   cycle  0             1            2
 *   p', codes --> products --> sums
 *   p ----------> held ------> sum
 * </pre>
 *
 * <p>One key a cycle; segments follow one another without a gap, and cycles without a key keep the
 * sums. The sums of a segment are complete {@value #LATENCY} cycles after its last key and stay for
 * one cycle.
 */
public final class ValueLane extends Component {
  /** Cycles from the last key of a row to its sums. */
  public static final int LATENCY = 2;

  /** Bits of p' times a code. */
  private static final int PRODUCT_BITS = GoldenAttention.WEIGHT_BITS + DotProduct.CODE_BITS;

  /** The key of this cycle. */
  public final WeightedKey key;

  /** The codes of its value, element 0 in the lowest bits. */
  public final UInt codes;

  /** One in the cycle in which the sums of a row are complete. */
  public final Bit complete;

  /** The sums, with {@link #complete}. */
  public final RowSum sums;

  private final String name;

  /** A lane of an engine of {@code shape}. */
  public ValueLane(AttentionShape shape) {
    int dimension = shape.valueDimension();
    name = "ValueLane_%dx%d_%dx%d".formatted(dimension, shape.scores(), shape.keys(), shape.rows());
    key = in(WeightedKey.of(shape));
    codes = in(uint(dimension * DotProduct.CODE_BITS));
    complete = out(bit());
    sums = out(RowSum.ofSegment(shape));
    document("Exact sums of values times powers of two; %d cycles.".formatted(LATENCY));
    parameter("DIMENSION", dimension);
    unused(key.key().place());

    Bit arrived = next(key.key().valid(), 0);
    Bit first = next(key.key().first());
    Bit last = next(key.key().last());
    UInt weight = next(key.weight());
    RowMaximum row = next(key.row());

    RowSum kept = reg(RowSum.ofSegment(shape));
    for (int element : range(dimension)) {
      SInt code = DotProduct.code(codes, element);
      SInt product =
          nextWhen(key.key().valid(), key.folded().toSInt().mul(code).wrap(PRODUCT_BITS));
      SInt accumulator = kept.accumulators().get(element);
      when(arrived.and(first), () -> accumulator.set(product.pad(shape.segmentAccumulatorBits())));
      when(
          arrived.andNot(first),
          () -> accumulator.set(accumulator.add(product).wrap(shape.segmentAccumulatorBits())));
    }
    UInt before = mux(first, lit(0, shape.segmentSumBits()), kept.sum());
    when(arrived, () -> kept.sum().set(before.wrapAdd(weight)));
    when(arrived.and(last), () -> connect(kept.row(), row));
    Bit done = next(arrived.and(last), 0);
    complete.set(done);
    connect(sums, kept);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

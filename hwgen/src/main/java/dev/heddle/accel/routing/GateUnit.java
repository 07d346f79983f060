package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.RouterShape;
import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.accel.format.KeyCentroid;
import dev.heddle.accel.format.QueryGroup;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.accel.matmul.FloatConverter;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Delay;
import java.util.ArrayList;
import java.util.List;

/**
 * Multiplies the lines of summaries with the sum of the queries, a line of 64 bytes a cycle, and
 * turns the sum over a block into its gate.
 *
 * <pre>
 *   cycle  0          1          2         3       4             5   6   7
 *   line --> products --> sums of 8 --> sum --> sum of lines --> fp32    --> gate
 * </pre>
 *
 * A byte of a mean counts as it is or, from the lines of high bytes, 256 times; a bound is
 * multiplied with the part of the queries that is below or above zero. Gates leave as numbers that
 * order as they do: larger is larger, both zeros are one. Latency {@value #LATENCY} cycles from the
 * last line of a block; no back-pressure.
 */
final class GateUnit extends Component {
  /** Cycles from the last line of a block to its gate. */
  static final int LATENCY = 4 + FloatConverter.LATENCY;

  private static final int PRODUCTS_OF_A_SUM = 8;
  private static final int SUMMED = 3;

  /** Whether a line enters. */
  final Bit valid = in(bit());

  /** The line. */
  final UInt line = in(uint(MemoryLine.BITS));

  /** Number of the line among those of low, or of high bytes. */
  final UInt number;

  /** Whether it is of the high bytes. */
  final Bit upper = in(bit());

  /** Whether it is the first of its block. */
  final Bit first = in(bit());

  /** Whether it is the last of its block. */
  final Bit last = in(bit());

  /** Exponent of the block. */
  final SInt exponent = in(sint(DotProduct.CODE_BITS));

  /** Largest exponent of the queries. */
  final SInt queryExponent = in(sint(DotProduct.CODE_BITS));

  /** Whether the summary is one of bounds. */
  final Bit quest = in(bit());

  /** What {@link VectorSums} keeps. */
  final Vec<UInt> lows;

  /** What {@link VectorSums} keeps besides. */
  final Vec<UInt> highs;

  /** Whether a gate leaves. */
  final Bit gated = out(bit());

  /** The gate. */
  final UInt gate = out(uint(Float.SIZE));

  private final String name;

  /** For vectors of up to {@code dimension} elements. */
  GateUnit(RouterShape shape, int dimension) {
    int words = dimension / VectorSums.CODES;
    int codeBits = DotProduct.CODE_BITS;
    name = "GateUnit_%d_%d".formatted(dimension, shape.rows());
    number = in(uint(bits(dimension / MemoryLine.BYTES)));
    lows = in(words, uint(VectorSums.CODES * shape.sumBits()));
    highs = in(words, uint(VectorSums.CODES * shape.queryBits()));
    document("Gates of blocks by their summaries; a line a cycle.");
    parameter("DIMENSION", dimension);
    parameter("ROWS", shape.rows());
    unused(number);

    List<Bit> lines = Delay.line(this, SUMMED + 1, valid, 0);
    Bit useHighs = quest.and(upper);
    Bit isUnsigned = quest.or(upper).not();
    List<SInt> products = new ArrayList<>();
    for (int i : range(RouterShape.MULTIPLIERS)) {
      SInt query =
          mux(
              useHighs,
              element(highs, i, shape.queryBits(), shape),
              element(lows, i, shape.sumBits(), shape));
      UInt code = line.slice(codeBits * i + codeBits - 1, codeBits * i);
      SInt factor = cat(code.at(codeBits - 1).andNot(isUnsigned), code).asSInt();
      SInt product = nextWhen(valid, query.mul(factor));
      products.add(product);
    }
    List<SInt> sums = new ArrayList<>();
    for (int i = 0; i < products.size(); i += PRODUCTS_OF_A_SUM) {
      SInt sumOfEight = nextWhen(lines.get(1), sum(products.subList(i, i + PRODUCTS_OF_A_SUM)));
      sums.add(sumOfEight);
    }
    SInt lineSum = nextWhen(lines.get(2), sum(sums));

    Bit scaled = Delay.of(this, SUMMED, upper.andNot(quest));
    Bit begins = Delay.of(this, SUMMED, first);
    SInt weighted = mux(scaled, lineSum.shl(codeBits), lineSum.pad(lineSum.width() + codeBits));
    // The sum over the lines of a block: each kind of byte has dimension / 64 of them.
    int totalBits = weighted.width() + bits(2L * dimension / MemoryLine.BYTES);
    SInt total = named("total", reg(sint(totalBits)));
    when(
        lines.get(SUMMED),
        () -> total.set(mux(begins, slit(0, totalBits), total).wrapAdd(weighted)));

    SInt units = exponent.add(queryExponent);
    SInt ofMeans = units.sub(slit(QueryGroup.FRACTION_BITS + KeyCentroid.FRACTION_BITS));
    SInt ofBounds = units.sub(slit(QueryGroup.FRACTION_BITS));
    // Below the least exponent of the converter every gate is zero, and so it is there.
    SInt unit = mux(quest, ofBounds, ofMeans).sat(FloatConverter.EXPONENT_BITS);
    SInt heldUnit = Delay.of(this, SUMMED + 1, unit);
    Bit ends = Delay.of(this, SUMMED + 1, valid.and(last), 0);
    FloatConverter converter = inst(new FloatConverter());
    converter.valid.set(ends);
    converter.accumulator.set(total.pad(Long.SIZE));
    converter.exponent.set(heldUnit);
    unused(converter.saturated);
    UInt bits = converter.number;
    UInt magnitude = bits.slice(Float.SIZE - 2, 0);
    Bit negative = bits.at(Float.SIZE - 1).and(magnitude.any());
    Bit done = Delay.of(this, FloatConverter.LATENCY, ends, 0);
    gated.set(done);
    gate.set(cat(negative.not(), mux(negative, magnitude.not(), magnitude)));
  }

  /** The element of the sums that meets byte {@code i} of the line. */
  private SInt element(Vec<UInt> words, int i, int bits, RouterShape shape) {
    List<UInt> ofLines = new ArrayList<>();
    for (int word = i / VectorSums.CODES; word < words.size(); word += VectorSums.WORDS_PER_LINE) {
      SInt element = VectorSums.element(words.get(word), i % VectorSums.CODES, bits);
      ofLines.add(element.wrap(shape.queryBits()).asUInt());
    }
    return Vec.of(ofLines).at(number).asSInt();
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

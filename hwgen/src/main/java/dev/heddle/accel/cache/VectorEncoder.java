package dev.heddle.accel.cache;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.accel.attention.SharedExponent;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.BlockRamFifo;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Quantises vectors of fp32 numbers to codes with a common exponent, bit for bit as {@link
 * KvVector#quantise}: a beat of numbers a cycle.
 *
 * <pre>
 *   beats --> largest exponent --> of the vector --.
 *        '--> waits for it -------------------------> shifted --> rounded --> codes
 * </pre>
 *
 * A vector waits until its last beat has come, while the one before leaves: with beats in every
 * cycle codes leave in every cycle. Latency: {@value #LATENCY} cycles from the last beat of a
 * vector to its first codes. Subnormal numbers are zeros; an infinite one or a NaN counts as the
 * largest finite number of its sign, and is told of.
 */
final class VectorEncoder extends Component {
  /** Cycles from the last beat of a vector to its first codes. */
  static final int LATENCY = 4;

  /** Vectors of the greatest length that there is room for. */
  private static final int VECTORS = 2;

  /** Beats of numbers; the last of each vector says so. */
  final Stream<AxiReader.Beat> beats;

  /** Their codes, those of a beat at a time. */
  final Stream<UInt> codes;

  /** The exponents of the vectors, each ahead of its last codes. */
  final Stream<UInt> exponents;

  /** Whether a number of the beat that passes is infinite or NaN. */
  final Bit saturates;

  /** A beat with the largest biased exponent of its numbers. */
  record Measured(UInt numbers, UInt largest, Bit last) implements Data {
    static Type<Measured> of(AxiShape memory) {
      return () -> new Measured(uint(memory.dataBits()).make(), uint(8).make(), bit().make());
    }
  }

  /** For vectors of up to {@code lines} lines of codes on ports of {@code memory}. */
  VectorEncoder(int lines, AxiShape memory) {
    int lanes = memory.dataBits() / Float.SIZE;
    int most = lines * MemoryLine.BYTES / lanes;
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    codes = out(Stream.of(uint(lanes * DotProduct.CODE_BITS)));
    exponents = out(Stream.of(uint(8)));
    saturates = out(bit());
    document("Codes with a common exponent of vectors of fp32 numbers.");
    parameter("LINES", lines);
    parameter("PORT_BITS", memory.dataBits());

    // ---- the largest exponent of a beat, and of the beats of a vector
    List<UInt> arriving = numbers(beats.payload.data());
    saturates.set(
        beats
            .fire()
            .and(reduce(arriving.stream().map(SharedExponent::infinite).toList(), Bit::or)));
    Stream<Measured> measured =
        beats.stage(
            Measured.of(memory),
            beat -> {
              List<UInt> valid = arriving.stream().map(SharedExponent::valid).toList();
              UInt largest =
                  reduce(
                      valid.stream().map(SharedExponent::biased).toList(), SharedExponent::larger);
              List<UInt> highToLow = new ArrayList<>(valid);
              Collections.reverse(highToLow);
              return new Measured(cat(highToLow), largest, beat.last());
            });
    BlockRamFifo<AxiReader.Beat> waiting =
        inst(new BlockRamFifo<>(AxiReader.Beat.of(memory), VECTORS * most));
    Fifo<UInt> tops = inst(new Fifo<>(uint(8), 2 * VECTORS));
    unused(waiting.level);
    unused(tops.level);
    UInt top = reg(uint(8));
    Bit opens = reg(bit(), 1);
    UInt before = mux(opens, SharedExponent.least(), top);
    UInt topNow = SharedExponent.larger(before, measured.payload.largest());
    Bit closes = measured.payload.last();
    waiting.push.valid.set(measured.valid.and(tops.push.ready));
    connect(waiting.push.payload, new AxiReader.Beat(measured.payload.numbers(), closes));
    tops.push.valid.set(measured.valid.and(closes).and(waiting.push.ready));
    tops.push.payload.set(topNow);
    measured.ready.set(waiting.push.ready.and(tops.push.ready));
    when(
        measured.fire(),
        () -> {
          top.set(topNow);
          opens.set(closes);
        });

    // ---- codes, when the largest of all is known; both stages move together
    Bit ends = waiting.pop.payload.last();
    Bit shifting = reg(bit(), 0);
    Bit rounded = reg(bit(), 0);
    Bit moves = rounded.not().or(codes.ready);
    Bit known = waiting.pop.valid.and(tops.pop.valid);
    Bit takes = known.and(moves).and(exponents.ready.or(ends.not()));
    waiting.pop.ready.set(takes);
    tops.pop.ready.set(takes.and(ends));
    exponents.valid.set(known.and(moves).and(ends));
    exponents.payload.set(SharedExponent.exponent(tops.pop.payload).asUInt());
    when(
        moves,
        () -> {
          shifting.set(takes);
          rounded.set(shifting);
        });
    List<UInt> elements = new ArrayList<>();
    for (UInt number : numbers(waiting.pop.payload.data())) {
      elements.add(0, SharedExponent.code(this, number, tops.pop.payload, moves, moves));
    }
    codes.valid.set(rounded);
    codes.payload.set(cat(elements));
  }

  /** The numbers of a beat, the first first. */
  private static List<UInt> numbers(UInt beat) {
    List<UInt> numbers = new ArrayList<>();
    for (int low = 0; low < beat.width(); low += Float.SIZE) {
      numbers.add(beat.slice(low + Float.SIZE - 1, low));
    }
    return numbers;
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.matmul.FloatConverter;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.BlockRamFifo;
import dev.heddle.lib.Delay;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns the exact sums of rows into fp32, {@code acc * (1 / l) * 2^ev}, bit for bit as {@link
 * GoldenAttention}, and into X8 codes where the engine has them. Rows that leave as states are cut
 * into words instead, three for each element.
 *
 * <pre>
 *         .--> sums ----------------.
 *   rows -+                         +--> select --> fp32 --> x 1/l --> x 2^ev --> codes --> parts
 *         '--> Reciprocal --> 1/l --'
 * </pre>
 *
 * <p>Rows wait for their reciprocal in a queue. A row takes as many cycles as it has parts of
 * {@code normalisers} elements; rows follow one another without a gap. Work starts only when a
 * place in the last queue is certain, so {@link #parts} may wait for any time. The first part of a
 * row is offered {@link #latency} cycles after the row when nothing is in its way.
 */
public final class Normaliser extends Component {
  /** Sums of rows. */
  public final Stream<RowSum> rows;

  /** Their elements. */
  public final Stream<OutputPart> parts;

  /** For each entry in flight whether its rows leave as states, in an engine that writes them. */
  public final Optional<Vec<Bit>> asStates;

  /** Passes over the elements of a row that leaves as a state ({@link AttentionState#encode}). */
  private static final int STATE_PASSES = 3;

  private final AttentionShape shape;

  /** The normaliser of an engine of {@code shape}. */
  public Normaliser(AttentionShape shape) {
    this.shape = shape;
    rows = in(Stream.of(RowSum.of(shape)));
    parts = out(Stream.of(OutputPart.of(shape)));
    asStates =
        shape.states()
            ? Optional.of(named("asStates", in(RowTag.ENTRIES, bit())))
            : Optional.empty();
    document(
        "Exact sums of rows to fp32%s, %d elements a cycle; latency %d cycles."
            .formatted(shape.blocks() ? " and X8 codes" : "", shape.normalisers(), latency(shape)));
    parameter("DIMENSION", shape.valueDimension());
    parameter("ELEMENTS", shape.normalisers());

    int count = shape.valueDimension() / shape.normalisers();
    int waiting = (Reciprocal.LATENCY + 1) / count + 2;
    BlockRamFifo<RowSum> sums = inst(new BlockRamFifo<>(RowSum.of(shape), waiting));
    connect(sums.push, rows);
    unused(sums.level);
    if (!shape.states()) {
      unused(sums.pop.payload.row().ceiling());
    }
    unused(sums.pop.payload.row().continuation());
    Stream<UInt> inverses = inverses(waiting + 1);

    int pipeline = pipeline(shape);
    Fifo<OutputPart> done = inst(new Fifo<>(OutputPart.of(shape), pipeline + 2));
    connect(parts, done.pop);
    unused(done.level);
    UInt underWay = reg(uint(bits(pipeline + 3)), 0);
    Bit issue = sums.pop.valid.and(inverses.valid).and(underWay.ne(pipeline + 2));
    Bit taken = parts.fire();
    when(issue.andNot(taken), () -> underWay.set(underWay.inc()))
        .elseWhen(taken.andNot(issue), () -> underWay.set(underWay.dec()));

    UInt part = count == 1 ? lit(0, 1) : reg(uint(bits(count)), 0);
    Bit endsPass = count == 1 ? lit(true) : part.eq(count - 1);
    if (count > 1) {
      when(issue, () -> part.set(mux(endsPass, 0, part.inc())));
    }
    RowSum row = sums.pop.payload;
    Optional<StatePart> state = asStates.map(slots -> state(slots, row, part, issue, endsPass));
    Bit last = state.map(now -> endsPass.and(now.state.not().or(now.lastPass))).orElse(endsPass);
    sums.pop.ready.set(issue.and(last));
    inverses.ready.set(issue.and(last));

    // Whether a part is on its way, for each cycle of it.
    List<Bit> valids = Delay.line(this, pipeline, issue, 0);
    UInt inverse = Delay.of(this, 1 + FloatConverter.LATENCY, inverses.payload);
    SInt exponent =
        Delay.of(
            this, 1 + FloatConverter.LATENCY + FloatMultiplier.LATENCY, row.row().valueExponent());
    List<UInt> numbers = new ArrayList<>();
    for (int element = 0; element < shape.normalisers(); element++) {
      SInt sum = nextWhen(issue, selected(row.accumulators(), element, part));
      numbers.add(0, number(element, valids, sum, inverse, exponent));
    }
    UInt together = cat(numbers);

    RowTag tag = Delay.of(this, pipeline, row.row().tag());
    Bit lastPart = count == 1 && state.isEmpty() ? last : Delay.of(this, pipeline, last);
    Bit arrives = valids.get(pipeline);
    done.push.valid.set(arrives);
    OutputPart normalised = outputPart(together, valids, tag, lastPart);
    connect(
        done.push.payload, state.map(now -> withState(normalised, now, valids)).orElse(normalised));
    check(arrives.not().or(done.push.ready), "no place for a part of a row");
    unused(done.push.ready);
  }

  /** Cycles from a row to its first part, when no other row is under way. */
  public static int latency(AttentionShape shape) {
    return Reciprocal.LATENCY + 1 + pipeline(shape) + 1;
  }

  private static int pipeline(AttentionShape shape) {
    return 1
        + FloatConverter.LATENCY
        + FloatMultiplier.LATENCY
        + FloatScaler.LATENCY
        + (shape.blocks() ? X8Encoder.LATENCY : 0);
  }

  /**
   * A part of a row that leaves as a state.
   *
   * @param state whether it does
   * @param lastPass whether this is the last pass over its elements
   * @param words of the state
   */
  private record StatePart(Bit state, Bit lastPass, UInt words) {}

  private StatePart state(Vec<Bit> slots, RowSum row, UInt part, Bit issue, Bit endsPass) {
    Bit state = slots.at(row.row().tag().entry());
    UInt pass = named("pass", reg(uint(bits(STATE_PASSES)), 0));
    Bit lastPass = pass.eq(STATE_PASSES - 1);
    Bit restarts = lastPass.or(state.not());
    when(issue.and(endsPass), () -> pass.set(mux(restarts, 0, pass.inc())));
    UInt sum = row.sum().pad(2 * Integer.SIZE);
    List<UInt> rest =
        List.of(
            row.row().ceiling().pad(Integer.SIZE).asUInt(),
            row.row().valueExponent().pad(Integer.SIZE).asUInt(),
            sum.slice(Integer.SIZE - 1, 0),
            sum.slice(2 * Integer.SIZE - 1, Integer.SIZE));
    List<UInt> words = new ArrayList<>();
    for (int element = 0; element < shape.normalisers(); element++) {
      SInt whole = selected(row.accumulators(), element, part).pad(2 * Integer.SIZE);
      UInt word = lit(0, Integer.SIZE);
      for (int i = element; i < rest.size(); i += shape.normalisers()) {
        word = mux(part.eq(i / shape.normalisers()), rest.get(i), word);
      }
      UInt high = whole.slice(2 * Integer.SIZE - 1, Integer.SIZE);
      UInt low = whole.slice(Integer.SIZE - 1, 0);
      words.add(0, mux(lastPass, word, mux(pass.eq(0), low, high)));
    }
    return new StatePart(state, lastPass, cat(words));
  }

  /** The part that leaves: the words of a state have waited as long as numbers take. */
  private OutputPart withState(OutputPart normalised, StatePart now, List<Bit> valids) {
    int pipeline = valids.size() - 1;
    UInt words = now.words;
    for (int cycle = 0; cycle < pipeline; cycle++) {
      words = nextWhen(valids.get(cycle), words);
    }
    Bit state = Delay.of(this, pipeline, now.state);
    return new OutputPart(
        mux(state, words, normalised.numbers()),
        normalised.codes(),
        normalised.exponents(),
        normalised.tag(),
        normalised.last());
  }

  /** The reciprocals of the rows' sums; {@code most} may wait. */
  private Stream<UInt> inverses(int most) {
    Reciprocal reciprocal = inst(new Reciprocal(shape.sumBits()));
    reciprocal.valid.set(rows.fire());
    reciprocal.divisor.set(rows.payload.sum());
    Fifo<UInt> queue = inst(new Fifo<>(uint(Float.SIZE), most));
    Bit arrives = Delay.of(this, Reciprocal.LATENCY, rows.fire(), 0);
    queue.push.valid.set(arrives);
    queue.push.payload.set(reciprocal.number);
    check(arrives.not().or(queue.push.ready), "no place for a reciprocal");
    unused(queue.push.ready);
    unused(queue.level);
    return queue.pop;
  }

  private SInt selected(Vec<SInt> accumulators, int element, UInt part) {
    List<SInt> choices = new ArrayList<>();
    for (int at = element; at < shape.valueDimension(); at += shape.normalisers()) {
      choices.add(accumulators.get(at));
    }
    return choices.size() == 1 ? choices.get(0) : Vec.of(choices).at(part);
  }

  private UInt number(int element, List<Bit> valids, SInt sum, UInt inverse, SInt exponent) {
    int converted = 1 + FloatConverter.LATENCY;
    FloatConverter converter = inst("converter_" + element, new FloatConverter());
    converter.valid.set(valids.get(1));
    converter.accumulator.set(sum);
    converter.exponent.set(0);
    unused(converter.saturated);
    FloatMultiplier multiplier = inst("multiplier_" + element, new FloatMultiplier());
    multiplier.valid.set(valids.get(converted));
    multiplier.a.set(converter.number);
    multiplier.b.set(inverse);
    FloatScaler scaler = inst("scaler_" + element, new FloatScaler());
    scaler.valid.set(valids.get(converted + FloatMultiplier.LATENCY));
    scaler.number.set(multiplier.product);
    scaler.exponent.set(exponent);
    return scaler.product;
  }

  private OutputPart outputPart(UInt numbers, List<Bit> valids, RowTag tag, Bit last) {
    if (!shape.blocks()) {
      return new OutputPart(numbers, lit(0, 1), lit(0, 1), tag, last);
    }
    List<UInt> codes = new ArrayList<>();
    List<UInt> exponents = new ArrayList<>();
    int encoded = pipeline(shape) - X8Encoder.LATENCY;
    int blockBits = WeightFormat.BLOCK * Float.SIZE;
    for (int at = 0; at < numbers.width(); at += blockBits) {
      X8Encoder encoder = inst("encoder_" + at / blockBits, new X8Encoder());
      encoder.valid.set(valids.get(encoded));
      encoder.numbers.set(numbers.slice(at + blockBits - 1, at));
      codes.add(0, encoder.codes);
      exponents.add(0, encoder.exponent.asUInt());
    }
    UInt held = numbers;
    for (int cycle = 0; cycle < X8Encoder.LATENCY; cycle++) {
      held = nextWhen(valids.get(encoded + cycle), held);
    }
    return new OutputPart(held, cat(codes), cat(exponents), tag, last);
  }

  @Override
  protected String moduleName() {
    return "Normaliser_%dx%d_%d_%d%s%s"
        .formatted(
            shape.valueDimension(),
            shape.normalisers(),
            shape.segmented() ? shape.longestRow() : shape.scores(),
            shape.rows(),
            shape.blocks() ? "_X8" : "",
            shape.states() ? "_states" : "");
  }
}

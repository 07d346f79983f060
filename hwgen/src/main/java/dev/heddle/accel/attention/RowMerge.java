package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Delay;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts the segments of rows together, bit for bit as {@link AttentionState#merge}, and lets rows of
 * one segment pass.
 *
 * <pre>
 *   segments --+------------- rows of one segment -----------------+--> rows
 *              '--> held --> shift --.                             |
 *                    ^               add --> behind the held ones -'
 *   memory of lanes ----> shift -----' '---> memory of lanes
 * </pre>
 *
 * <p>In an engine that takes sinks or states, that of a row stands for what is kept of keys before
 * its first.
 *
 * <p>A row of one segment with nothing before it passes without latency. Of a longer one the
 * accumulators go round once, some in each cycle, as many as the normaliser takes up to {@value
 * #MOST_ELEMENTS}: with {@code n} elements a cycle a segment takes {@code dimension / n + 3}
 * cycles, during which rows of one segment go on passing.
 */
public final class RowMerge extends Component {
  private static final int MOST_ELEMENTS = 8;

  /** Cycles from the address of accumulators in the memory to their sums. */
  private static final int LATENCY = 2;

  /** Bits of a shift amount; the largest shifts out every sum. */
  private static final int AMOUNT_BITS = 6;

  /** Sums of segments, those of a row in their order and on one lane. */
  public final Stream<Segment> segments;

  /** Sums of rows. */
  public final Stream<RowSum> rows;

  /** Entries that start, in an engine that takes sinks. */
  final Optional<Stream<RowSinks.Start>> starts;

  /** The sinks of their rows. */
  final Optional<Stream<ListReader.Item>> sinks;

  /** Entries that start, in an engine that takes states. */
  final Optional<Stream<RowStates.Start>> stateStarts;

  /** For each lane the segment that waits, in an engine that takes states. */
  final Optional<Vec<RowStates.Waiting>> waiting;

  /** States that are needed. */
  final Optional<Stream<RowStates.Ask>> asks;

  /** Them, in the same order ({@link RowStates#words}). */
  final Optional<Stream<UInt>> words;

  /**
   * The sums of a segment.
   *
   * @param lane its lane
   * @param sums of its keys
   */
  public record Segment(UInt lane, RowSum sums) implements Data {
    /** The type in an engine of {@code shape}. */
    public static Type<Segment> of(AttentionShape shape) {
      return () -> new Segment(uint(bits(shape.lanes())).make(), RowSum.ofSegment(shape).make());
    }
  }

  /** What is kept of a lane's row beside its accumulators. */
  record Kept(SInt ceiling, SInt valueExponent, UInt sum) implements Data {
    static Type<Kept> of(AttentionShape shape) {
      return () ->
          new Kept(
              sint(RowMaximum.CEILING_BITS).make(), sint(8).make(), uint(shape.sumBits()).make());
    }
  }

  private final AttentionShape shape;

  private enum Phase {
    IDLE,
    MERGE,
    OFFER
  }

  /** For an engine of {@code shape}, which cuts rows. */
  public RowMerge(AttentionShape shape) {
    this.shape = shape;
    int lanes = shape.lanes();
    int elements = elements(shape);
    int chunks = shape.valueDimension() / elements;
    segments = in(Stream.of(Segment.of(shape)));
    rows = out(Stream.of(RowSum.of(shape)));
    starts =
        shape.sinks()
            ? Optional.of(named("starts", in(Stream.of(RowSinks.Start.type()))))
            : Optional.empty();
    sinks =
        shape.sinks()
            ? Optional.of(
                named("sinks", in(Stream.of(ListReader.Item.of(AttentionSink.BYTES * 8)))))
            : Optional.empty();
    stateStarts =
        shape.states()
            ? Optional.of(named("stateStarts", in(Stream.of(RowStates.Start.type()))))
            : Optional.empty();
    waiting =
        shape.states()
            ? Optional.of(named("waiting", in(lanes, RowStates.Waiting.of(shape))))
            : Optional.empty();
    asks =
        shape.states()
            ? Optional.of(named("asks", out(Stream.of(RowStates.Ask.of(shape)))))
            : Optional.empty();
    words =
        shape.states()
            ? Optional.of(named("words", in(Stream.of(uint(elements * Integer.SIZE)))))
            : Optional.empty();
    document(
        "Merges the segments of rows, %d elements a cycle; rows of one segment pass."
            .formatted(elements));
    parameter("LANES", lanes);
    parameter("DIMENSION", shape.valueDimension());
    parameter("ELEMENTS", elements);

    State<Phase> phase = state(Phase.IDLE);
    RowSum arriving = segments.payload.sums();
    UInt lane = segments.payload.lane();
    Vec<Bit> begun = regs(lanes, bit(), 0);
    Optional<RowSinks> sinkMemory = sinks.map(items -> memory(shape, items, arriving.row().tag()));
    Bit begunNow = begun.at(lane);
    Bit sinksNow = sinkMemory.map(all -> all.listed.andNot(begunNow)).orElse(lit(false));
    Optional<RowStates> stateMemory =
        words.map(items -> states(items, lane, arriving.row().tag().entry(), begun));
    Bit statesNow = stateMemory.map(all -> all.listed.andNot(begunNow)).orElse(lit(false));
    Bit able =
        sinkMemory
            .map(all -> sinksNow.not().or(all.complete))
            .orElse(lit(true))
            .and(stateMemory.map(all -> statesNow.not().or(all.complete)).orElse(lit(true)))
            .and(phase.is(Phase.IDLE));
    Bit whole =
        begunNow.or(arriving.row().continuation().goesOn()).or(sinksNow).or(statesNow).not();
    Bit offers = phase.is(Phase.OFFER);
    Bit takes = segments.valid.andNot(whole).and(able);
    segments.ready.set(mux(whole, rows.ready.andNot(offers), able));
    sinkMemory.ifPresent(all -> all.read.set(takes));

    // ---- what is merged
    int bits = shape.accumulatorBits();
    Vec<SInt> accumulators = regs(shape.valueDimension(), sint(bits));
    UInt sum = reg(uint(shape.sumBits()));
    RowMaximum row = reg(RowMaximum.of(shape));
    UInt laneNow = reg(uint(bits(lanes)));
    Vec<Kept> states = regs(lanes, Kept.of(shape));
    Kept kept = reg(Kept.of(shape));
    Bit hasKept = reg(bit());
    Bit hasSink = shape.sinks() ? named("hasSink", reg(bit())) : lit(false);
    Bit hasState = shape.states() ? named("hasState", reg(bit())) : lit(false);
    Bit hasAny = hasKept.or(hasSink);
    SInt keptCeiling =
        sinkMemory
            .map(all -> mux(hasSink, all.sink.ceiling(), kept.ceiling()))
            .orElse(kept.ceiling());
    UInt keptSum =
        sinkMemory
            .map(all -> mux(hasSink, all.sink.weight().pad(shape.sumBits()), kept.sum()))
            .orElse(kept.sum());
    Bit goesOn = row.continuation().goesOn();
    UInt count = reg(uint(bits(chunks + LATENCY)));
    Bit merging = phase.is(Phase.MERGE);
    Bit ends = merging.and(count.eq(chunks + LATENCY - 1));

    Bit begins = merging.and(count.eq(0));
    SInt ceiling = larger(hasAny, keptCeiling, row.ceiling());
    SInt exponent = larger(hasKept, kept.valueExponent(), row.valueExponent());
    SInt below = ceiling.sub(row.ceiling());
    SInt keptBelow = ceiling.sub(keptCeiling);
    UInt shift = nextWhen(begins, amount(below));
    UInt keptShift = nextWhen(begins, amount(keptBelow));
    UInt fold = nextWhen(begins, amount(below.add(exponent.sub(row.valueExponent()))));
    UInt keptFold = nextWhen(begins, amount(keptBelow.add(exponent.sub(kept.valueExponent()))));

    // ---- sums of powers of two
    Bit shifts = next(begins, 0);
    UInt shifted = nextWhen(shifts, sum.shr(shift));
    UInt keptShifted = nextWhen(shifts, mux(hasAny, keptSum.shr(keptShift), 0));
    UInt merged = shifted.wrapAdd(keptShifted);

    // ---- accumulators
    Mem<Vec<SInt>> memory = mem(vec(elements, sint(bits)), lanes * chunks);
    UInt chunk = count.wrap(bits(chunks));
    Vec<SInt> old = memory.readSync(place(laneNow, chunk, lanes), merging);
    Vec<SInt> before = stateMemory.map(all -> mux(hasState, all.accumulators, old)).orElse(old);
    stateMemory.ifPresent(
        all -> {
          all.readLane.set(laneNow);
          all.chunk.set(chunk);
          all.read.set(merging);
          all.used.set(ends.and(hasState));
        });
    List<SInt> sums = new ArrayList<>();
    for (int element : range(elements)) {
      SInt held = next(accumulators.get(element));
      SInt folded = next(held.shr(fold));
      SInt keptFolded = next(mux(hasKept, before.get(element).shr(keptFold), slit(0, bits)));
      sums.add(folded.wrapAdd(keptFolded));
    }
    UInt chunkSummed = Delay.of(this, LATENCY, chunk);
    when(
        merging.and(count.ge(LATENCY)).and(goesOn),
        () -> memory.write(place(laneNow, chunkSummed, lanes), Vec.of(sums)));
    for (int i : range(shape.valueDimension())) {
      int next = i + elements;
      int rest = next - shape.valueDimension();
      SInt behind = rest < 0 ? accumulators.get(next) : sums.get(rest);
      SInt accumulator = accumulators.get(i);
      when(takes, () -> accumulator.set(arriving.accumulators().get(i).pad(bits)))
          .elseWhen(merging, () -> accumulator.set(behind));
    }

    // ---- from segment to segment
    when(
        takes,
        () -> {
          phase.set(Phase.MERGE);
          count.set(0);
          sum.set(arriving.sum().pad(shape.sumBits()));
          connect(row, arriving.row());
          laneNow.set(lane);
          connect(
              kept,
              stateMemory
                  .map(all -> mux(statesNow, all.kept, states.at(lane)))
                  .orElse(states.at(lane)));
          hasKept.set(
              stateMemory
                  .map(all -> begunNow.or(statesNow.and(all.kept.sum().any())))
                  .orElse(begunNow));
          if (shape.states()) {
            hasState.set(statesNow);
          }
          if (shape.sinks()) {
            hasSink.set(sinksNow);
          }
          begun.set(lane, arriving.row().continuation().goesOn());
        });
    when(merging, () -> count.set(count.inc()));
    when(
        ends,
        () -> {
          phase.set(goesOn, Phase.IDLE, Phase.OFFER);
          sum.set(merged);
          row.ceiling().set(ceiling);
          row.valueExponent().set(exponent);
          states.set(laneNow, new Kept(ceiling, exponent, merged));
        });
    when(offers.and(rows.ready), () -> phase.set(Phase.IDLE));

    // ---- rows
    rows.valid.set(offers.or(segments.valid.and(whole)));
    List<SInt> padded = arriving.accumulators().stream().map(a -> a.pad(bits)).toList();
    RowSum passing =
        new RowSum(Vec.of(padded), arriving.sum().pad(shape.sumBits()), arriving.row());
    connect(rows.payload, mux(offers, new RowSum(accumulators, sum, row), passing));
  }

  private RowSinks memory(AttentionShape shape, Stream<ListReader.Item> items, RowTag tag) {
    RowSinks kept = inst("rowSinks", new RowSinks(shape));
    connect(kept.starts, starts.orElseThrow());
    connect(kept.items, items);
    connect(kept.tag, tag);
    return kept;
  }

  private RowStates states(Stream<UInt> items, UInt lane, UInt slot, Vec<Bit> begun) {
    RowStates before = inst("rowStates", new RowStates(shape));
    connect(before.starts, stateStarts.orElseThrow());
    connect(before.waiting, waiting.orElseThrow());
    connect(before.begun, begun);
    connect(asks.orElseThrow(), before.asks);
    connect(before.words, items);
    before.lane.set(lane);
    before.slot.set(slot);
    return before;
  }

  /** Accumulators that are merged in a cycle. */
  static int elements(AttentionShape shape) {
    return Math.min(MOST_ELEMENTS, shape.normalisers());
  }

  private static SInt larger(Bit both, SInt kept, SInt segment) {
    return mux(both.and(kept.gt(segment)), kept, segment);
  }

  /** How far sums are shifted that are that many powers of two below others. */
  private static UInt amount(SInt below) {
    return below.asUInt().sat(AMOUNT_BITS);
  }

  /** Where accumulators of a lane are, some at a place. */
  static UInt place(UInt lane, UInt chunk, int lanes) {
    return lanes == 1 ? chunk : cat(lane, chunk);
  }

  @Override
  protected String moduleName() {
    return "RowMerge" + (shape.sinks() ? "_sinks" : "") + (shape.states() ? "_states" : "");
  }
}

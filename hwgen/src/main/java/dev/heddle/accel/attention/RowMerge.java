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
 * <p>In an engine that takes sinks, that of a row stands for what is kept of keys before its first.
 *
 * <p>A row of one segment without a sink passes without latency. Of a longer one the accumulators
 * go round once, some in each cycle, as many as the normaliser takes up to {@value #MOST_ELEMENTS}:
 * with {@code n} elements a cycle a segment takes {@code dimension / n + 3} cycles, during which
 * rows of one segment go on passing.
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
    int elements = Math.min(MOST_ELEMENTS, shape.normalisers());
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
    Bit able =
        sinkMemory
            .map(all -> sinksNow.not().or(all.complete))
            .orElse(lit(true))
            .and(phase.is(Phase.IDLE));
    Bit whole = begunNow.or(arriving.row().continuation().goesOn()).or(sinksNow).not();
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
    List<SInt> sums = new ArrayList<>();
    for (int element : range(elements)) {
      SInt held = next(accumulators.get(element));
      SInt folded = next(held.shr(fold));
      SInt keptFolded = next(mux(hasKept, old.get(element).shr(keptFold), slit(0, bits)));
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
          connect(kept, states.at(lane));
          hasKept.set(begunNow);
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

  private static SInt larger(Bit both, SInt kept, SInt segment) {
    return mux(both.and(kept.gt(segment)), kept, segment);
  }

  /** How far sums are shifted that are that many powers of two below others. */
  private static UInt amount(SInt below) {
    return below.asUInt().sat(AMOUNT_BITS);
  }

  private static UInt place(UInt lane, UInt chunk, int lanes) {
    return lanes == 1 ? chunk : cat(lane, chunk);
  }

  @Override
  protected String moduleName() {
    return shape.sinks() ? "RowMerge_sinks" : "RowMerge";
  }
}

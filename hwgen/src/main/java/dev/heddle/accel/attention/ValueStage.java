package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Arbiter;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the values of steps from their banks and adds them up by their weights.
 *
 * <pre>
 *   weights --> held until room --> value banks --> value lane 0 --> queue --.
 *                                    ^        \         ..            ..     +--> merge --> sums
 *   write ---------------------------'         '--> value lane n --> queue --'
 * </pre>
 *
 * <ol>
 *   <li>The lanes cannot wait. A step therefore enters when the queue of each lane has room for the
 *       sums of the row that ends in it, if one does, beside those that are still on their way.
 *   <li>A step takes as many cycles as the most different values that it wants of one bank, and at
 *       least one ({@link VectorBanks}).
 *   <li>The sums of a lane leave in the order of its rows, the lanes take turns.
 *   <li>Where rows are cut into segments those of a row are merged ({@link RowMerge}).
 * </ol>
 *
 * From the last key of a row to its sums 6 cycles or more: 3 in the banks, {@link
 * ValueLane#LATENCY} in the lane, one in the queue.
 */
final class ValueStage extends Component {
  private static final int SUM_QUEUE = 4;

  /** Weights of steps, whose values must be there. */
  final Stream<StepWeights> weights;

  /** Writes a value. */
  final Bit write;

  /** Where it is written. */
  final UInt writePlace;

  /** Its codes, element 0 in the lowest bits. */
  final UInt writeWord;

  /** The sums of rows. */
  final Stream<RowSum> sums;

  /** One in the cycle in which the last step of an entry has read its values. */
  final Bit entryRead;

  /** One in each cycle after which a step needs another for its values. */
  final Bit conflict;

  /** Entries that start, in an engine that takes sinks. */
  final Optional<Stream<RowSinks.Start>> starts;

  /** The sinks of their rows. */
  final Optional<Stream<ListReader.Item>> sinks;

  /** Entries that start, in an engine that takes states. */
  final Optional<Stream<RowStates.Start>> stateStarts;

  /** States that rows go on from. */
  final Optional<Stream<RowStates.Ask>> asks;

  /** Them, in the same order. */
  final Optional<Stream<UInt>> words;

  /** The stage of an engine of {@code shape}. */
  ValueStage(AttentionShape shape) {
    int lanes = shape.lanes();
    int wordBits = shape.valueDimension() * DotProduct.CODE_BITS;
    weights = in(Stream.of(StepWeights.of(shape)));
    write = in(bit());
    writePlace = in(uint(shape.placeBits()));
    writeWord = in(uint(wordBits));
    sums = out(Stream.of(RowSum.of(shape)));
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
    asks =
        shape.states()
            ? Optional.of(named("asks", out(Stream.of(RowStates.Ask.of(shape)))))
            : Optional.empty();
    words =
        shape.states()
            ? Optional.of(
                named("words", in(Stream.of(uint(RowMerge.elements(shape) * Integer.SIZE)))))
            : Optional.empty();
    entryRead = out(bit());
    conflict = out(bit());
    document("Weights to sums of values, when there is room for the sums of the rows that end.");
    parameter("LANES", lanes);
    parameter("DIMENSION", shape.valueDimension());
    parameter("BANKS", shape.banks());
    parameter("KEYS", shape.keys());

    // For each lane the sums in its queue and those that will come.
    Vec<UInt> promised = regs(lanes, uint(bits(SUM_QUEUE + 1)), 0);
    StepWeights entering = weights.payload;
    List<Bit> closing = new ArrayList<>();
    List<VectorBanks.Read> reads = new ArrayList<>();
    Bit room = lit(true);
    for (int lane : range(lanes)) {
      LaneKey key = entering.keys().get(lane).key();
      Bit closes = key.valid().and(key.last());
      room = room.and(closes.not().or(promised.get(lane).ne(SUM_QUEUE)));
      closing.add(closes);
      reads.add(key.read());
    }

    VectorBanks<StepWeights> banks =
        inst(
            "valueBanks",
            new VectorBanks<>(lanes, shape.banks(), shape.keys(), wordBits, StepWeights.of(shape)));
    banks.write.set(write);
    banks.writePlace.set(writePlace);
    banks.writeWord.set(writeWord);
    banks.steps.valid.set(weights.valid.and(room));
    connect(banks.steps.payload, new VectorBanks.Reads<>(Vec.of(reads), entering));
    weights.ready.set(banks.steps.ready.and(room));
    conflict.set(banks.conflict);

    Bit arrives = banks.out.valid;
    StepWeights arriving = banks.out.payload.meta();
    banks.out.ready.set(true);
    entryRead.set(arrives.and(arriving.last()));
    List<Stream<RowSum>> queued = new ArrayList<>();
    for (int lane : range(lanes)) {
      ValueLane valueLane = inst("valueLane_" + lane, new ValueLane(shape));
      WeightedKey weighted = arriving.keys().get(lane);
      connect(
          valueLane.key,
          new WeightedKey(
              weighted.key().and(arrives), weighted.weight(), weighted.folded(), weighted.row()));
      valueLane.codes.set(banks.out.payload.words().get(lane));
      Fifo<RowSum> queue = inst("sumQueue_" + lane, new Fifo<>(RowSum.ofSegment(shape), SUM_QUEUE));
      queue.push.valid.set(valueLane.complete);
      connect(queue.push.payload, valueLane.sums);
      check(valueLane.complete.not().or(queue.push.ready), "sums come without room for them");
      unused(queue.push.ready);
      unused(queue.level);
      queued.add(queue.pop);
      Bit promises = weights.fire().and(closing.get(lane));
      Bit leaves = queue.pop.fire();
      UInt count = promised.get(lane);
      when(promises.andNot(leaves), () -> count.set(count.inc()))
          .elseWhen(leaves.andNot(promises), () -> count.set(count.dec()));
    }
    if (shape.segmented()) {
      RowMerge merge = inst(new RowMerge(shape));
      merge.waiting.ifPresent(
          waiting -> {
            for (int lane : range(lanes)) {
              Stream<RowSum> waits = queued.get(lane);
              RowTag tag = waits.payload.row().tag();
              connect(waiting.get(lane), new RowStates.Waiting(waits.valid, tag));
            }
          });
      stateStarts.ifPresent(entries -> connect(merge.stateStarts.orElseThrow(), entries));
      asks.ifPresent(needed -> connect(needed, merge.asks.orElseThrow()));
      words.ifPresent(items -> connect(merge.words.orElseThrow(), items));
      connect(merge.segments, Arbiter.merge(Arbiter.Policy.ROUND_ROBIN, withLane(shape, queued)));
      starts.ifPresent(entries -> connect(merge.starts.orElseThrow(), entries));
      sinks.ifPresent(items -> connect(merge.sinks.orElseThrow(), items));
      connect(sums, merge.rows);
    } else {
      connect(sums, Arbiter.merge(Arbiter.Policy.ROUND_ROBIN, queued));
    }
  }

  private static List<Stream<RowMerge.Segment>> withLane(
      AttentionShape shape, List<Stream<RowSum>> sums) {
    List<Stream<RowMerge.Segment>> segments = new ArrayList<>();
    for (Stream<RowSum> lane : sums) {
      UInt number = lit(segments.size(), bits(shape.lanes()));
      segments.add(lane.map(RowMerge.Segment.of(shape), sum -> new RowMerge.Segment(number, sum)));
    }
    return segments;
  }
}

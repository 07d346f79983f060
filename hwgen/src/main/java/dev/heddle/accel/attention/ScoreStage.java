package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.matmul.DotProduct;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.BlockRamFifo;
import dev.heddle.lib.Delay;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the keys of steps from their banks and scores them against the query rows of the lanes.
 *
 * <pre>
 *   steps --> issue --> key banks --> score lane 0 .. lanes-1 --> queue --> scores
 *                          ^             ^       '-------------> queues --> maxima
 *   write -----------------'             |
 *   queries --> queues ------------------'
 * </pre>
 *
 * <ol>
 *   <li>The lanes cannot wait. A step therefore enters when its keys, the queries of the rows that
 *       begin in it and room for its scores are there ({@link StepIssue}).
 *   <li>A step takes as many cycles as the most different keys that it wants of one bank, and at
 *       least one ({@link VectorBanks}).
 *   <li>Scores leave in the order of the steps, the maxima of a lane in the order of its rows.
 * </ol>
 *
 * From a step to its scores 12 cycles or more: 3 in the banks, {@link ScoreLane#latency} in the
 * lanes, which are 7 without soft-caps, 2 in the queue.
 */
final class ScoreStage extends Component {
  private static final int QUERY_QUEUE = 8;

  /** Steps of the sources, with places among the keys of their entries. */
  final Stream<Step> steps;

  /** Number of keys of the entries, in their order. */
  final Stream<UInt> counts;

  /** Keys loaded so far, modulo twice the ring. */
  final UInt loaded;

  /** For each lane the queries of its rows. */
  final Vec<Stream<QueryRow>> queries;

  /** Writes a key. */
  final Bit write;

  /** Where it is written. */
  final UInt writePlace;

  /** Its codes, element 0 in the lowest bits, and above them its exponent and that of its value. */
  final UInt writeWord;

  /** Scores of the same steps, with places of the ring. */
  final Stream<StepScores> scores;

  /** For each lane the maxima of its rows. */
  final Vec<Stream<RowMaximum>> maxima;

  /** For each lane whether it takes a key in this cycle. */
  final Vec<Bit> taken;

  /** Whether the lanes take a step in this cycle. */
  final Bit busy;

  /** One in the cycle in which the last step of an entry has read its keys. */
  final Bit entryRead;

  /** One in each cycle after which a step needs another for its keys. */
  final Bit conflict;

  /** Whether a step waits for room for its scores. */
  final Bit scoresFull;

  /** The stage of an engine of {@code shape}. */
  ScoreStage(AttentionShape shape) {
    int lanes = shape.lanes();
    int codeBits = shape.keyDimension() * DotProduct.CODE_BITS;
    int wordBits = codeBits + VectorLoader.EXPONENT_BITS;
    int placeBits = shape.placeBits() + 1;
    steps = in(Stream.of(Step.of(shape)));
    counts = in(Stream.of(uint(placeBits)));
    loaded = in(uint(placeBits));
    queries = in(lanes, Stream.of(QueryRow.of(shape)));
    write = in(bit());
    writePlace = in(uint(shape.placeBits()));
    writeWord = in(uint(wordBits));
    scores = out(Stream.of(StepScores.of(shape)));
    maxima = out(lanes, Stream.of(RowMaximum.of(shape)));
    taken = out(lanes, bit());
    busy = out(bit());
    entryRead = out(bit());
    conflict = out(bit());
    scoresFull = out(bit());
    document("Steps to scores, when their keys, queries and room for scores are there.");
    parameter("LANES", lanes);
    parameter("DIMENSION", shape.keyDimension());
    parameter("BANKS", shape.banks());
    parameter("KEYS", shape.keys());
    parameter("SCORES", shape.scores());

    StepIssue issue = inst(new StepIssue(shape));
    connect(issue.source, steps);
    connect(issue.counts, counts);
    issue.loaded.set(loaded);
    issue.left.set(scores.fire());
    scoresFull.set(issue.scoresFull);

    VectorBanks<Step> banks =
        inst(
            "keyBanks",
            new VectorBanks<>(lanes, shape.banks(), shape.keys(), wordBits, Step.of(shape)));
    banks.write.set(write);
    banks.writePlace.set(writePlace);
    banks.writeWord.set(writeWord);
    Step issued = issue.steps.payload;
    banks.steps.valid.set(issue.steps.valid);
    List<VectorBanks.Read> reads = issued.keys().stream().map(LaneKey::read).toList();
    connect(banks.steps.payload, new VectorBanks.Reads<>(Vec.of(reads), issued));
    issue.steps.ready.set(banks.steps.ready);
    conflict.set(banks.conflict);

    Bit arrives = banks.out.valid;
    Step arriving = banks.out.payload.meta();
    banks.out.ready.set(true);
    busy.set(arrives);
    entryRead.set(arrives.and(arriving.last()));
    List<ScoredKey> scored = new ArrayList<>();
    for (int lane : range(lanes)) {
      Fifo<QueryRow> rows = inst("queryQueue_" + lane, new Fifo<>(QueryRow.of(shape), QUERY_QUEUE));
      connect(rows.push, queries.get(lane));
      unused(rows.level);
      issue.arrived.get(lane).set(rows.push.fire());
      ScoreLane scoreLane = inst("scoreLane_" + lane, new ScoreLane(shape));
      LaneKey key = arriving.keys().get(lane).and(arrives);
      UInt word = banks.out.payload.words().get(lane);
      UInt exponents = word.slice(wordBits - 1, codeBits);
      taken.get(lane).set(key.valid());
      connect(scoreLane.key, key);
      scoreLane.codes.set(word.slice(codeBits - 1, 0));
      scoreLane.keyExponent.set(exponents.slice(7, 0).asSInt());
      scoreLane.valueExponent.set(exponents.slice(15, 8).asSInt());
      connect(scoreLane.rows, rows.pop);
      scored.add(scoreLane.scored);
      BlockRamFifo<RowMaximum> queue =
          inst("maximumQueue_" + lane, new BlockRamFifo<>(RowMaximum.of(shape), shape.scores()));
      queue.push.valid.set(scoreLane.complete);
      connect(queue.push.payload, scoreLane.maximum);
      unused(queue.push.ready);
      unused(queue.level);
      connect(maxima.get(lane), queue.pop);
    }

    BlockRamFifo<StepScores> queue =
        inst("scoreQueue", new BlockRamFifo<>(StepScores.of(shape), shape.scores()));
    int latency = ScoreLane.latency(shape);
    Bit complete = Delay.of(this, latency, arrives, 0);
    Bit last = Delay.of(this, latency, arriving.last(), 0);
    queue.push.valid.set(complete);
    connect(queue.push.payload, new StepScores(Vec.of(scored), last));
    check(complete.not().or(queue.push.ready), "scores come without room for them");
    unused(queue.push.ready);
    unused(queue.level);
    connect(scores, queue.pop);
  }
}

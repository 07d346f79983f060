package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Arbiter;
import dev.heddle.lib.AxiLimits;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWrite;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.BlockRamFifo;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes {@link Operation#ATTEND}: query rows attend to their keys, one key a cycle on each lane,
 * whatever the pattern.
 *
 * <pre>
 *   head table --> sources --steps--> key banks --> score lanes --> scores of the steps
 *             \       '-----rows----> queries ------^     '-------> maxima of the rows
 *              '-> keys, values --> banks                              |
 *                                                                      v
 *   card memory <-- output <-- normaliser <-- value lanes <-- value banks <-- weights
 * </pre>
 *
 * <p>The same steps pass the score lanes and, when the maxima of their rows are known, the value
 * lanes. Entries follow one another without a gap: keys, values and queries of the next entries are
 * loaded while those before still compute.
 */
public final class AttentionEngine extends Component {
  private static final int QUERY_QUEUE = 8;
  private static final int SUM_QUEUE = 4;

  /** Descriptors; taken when everything before has been written. */
  public final Stream<UInt> command;

  /** One in the last cycle of a descriptor. */
  public final Bit done;

  /** Whether a lane scores a key in this cycle. */
  public final Bit busy;

  /** Beats taken in this cycle. */
  public final UInt beatsTaken;

  /** Whether card memory has answered with an error in this cycle. */
  public final Bit memoryError;

  /** Masters that read, in the order of {@link Reader}. */
  public final Vec<AxiRead> reads;

  /** Masters that write: rows, exponents. */
  public final Vec<AxiWrite> writes;

  /** What the masters that read are for. */
  public enum Reader {
    /** Keys and exponents. */
    KEYS,
    /** Values. */
    VALUES,
    /** Queries and their exponents. */
    QUERIES,
    /** Head tables. */
    TABLE,
    /** Steps of schedules. */
    STEPS,
    /** Row lists of schedules. */
    ROW_LISTS
  }

  private final AttentionShape shape;
  private final AxiShape memory;
  private final Configuration configuration;
  private final List<AxiReader> readers = new ArrayList<>();

  /** The scores of a step, waiting for the maxima of their rows. */
  record Scores(Vec<ScoredKey> keys, Bit last) implements Data {
    static Type<Scores> of(AttentionShape shape) {
      return () -> new Scores(vec(shape.lanes(), ScoredKey.of(shape)).make(), bit().make());
    }
  }

  /** The weights of a step. */
  record Weights(Vec<WeightedKey> keys, Bit last) implements Data {
    static Type<Weights> of(AttentionShape shape) {
      return () -> new Weights(vec(shape.lanes(), WeightedKey.of(shape)).make(), bit().make());
    }
  }

  /** The readers of an engine of {@code shape}. */
  public static List<Reader> readersOf(AttentionShape shape) {
    List<Reader> readers = new ArrayList<>(List.of(Reader.values()));
    if (!shape.schedule()) {
      readers.removeAll(List.of(Reader.STEPS, Reader.ROW_LISTS));
    }
    return readers;
  }

  /** The engine of {@code configuration}, which has one. */
  public AttentionEngine(Configuration configuration) {
    this.configuration = configuration;
    shape = configuration.attention().orElseThrow();
    memory = CardMemory.master(configuration);
    int lanes = shape.lanes();
    List<Reader> kinds = readersOf(shape);
    command = in(Stream.of(uint(Operation.BYTES * 8)));
    done = out(bit());
    busy = out(bit());
    beatsTaken = out(uint(3));
    memoryError = out(bit());
    reads = out(kinds.size(), AxiRead.of(memory));
    writes = out(shape.blocks() ? 2 : 1, AxiWrite.of(memory));
    document("Attention of query rows over listed or calculated keys.");
    parameter("LANES", lanes);
    parameter("KEY_DIMENSION", shape.keyDimension());
    parameter("VALUE_DIMENSION", shape.valueDimension());
    parameter("BANKS", shape.banks());
    parameter("KEYS", shape.keys());
    parameter("SCORES", shape.scores());
    parameter("NORMALISERS", shape.normalisers());
    parameter("ROWS", shape.rows());
    parameter("PORT_BITS", configuration.portBits());

    AxiLimits streaming = CardMemory.streaming(configuration);
    AxiReader keyReader = reader(Reader.KEYS, streaming);
    AxiReader valueReader = reader(Reader.VALUES, streaming);
    AxiReader queryReader = reader(Reader.QUERIES, QueryFetch.limits(shape, memory));
    AxiReader tableReader = reader(Reader.TABLE, CardMemory.occasional());

    // ---- entries
    HeadTable table = inst("headTable", new HeadTable(memory));
    connect(tableReader.requests, table.requests);
    connect(table.beats, tableReader.beats);
    List<Stream<EntryCommand>> entries = table.entries.fork(6);

    // ---- sources
    PatternSource pattern = inst(new PatternSource(shape));
    StepIssue issue = inst(new StepIssue(shape));
    QueryFetch queries = inst(new QueryFetch(shape, memory));
    connect(queries.entries, entries.get(0));
    connect(queryReader.requests, queries.requests);
    connect(queries.beats, queryReader.beats);
    if (shape.schedule()) {
      connectSources(entries.get(1), pattern, issue, queries);
    } else {
      connect(pattern.entries, entries.get(1));
      connect(issue.source, pattern.steps);
      connect(queries.rows, pattern.rows);
    }

    // ---- keys and values
    List<Stream<EntryCommand>> keyEntries = entries.get(2).fork(2);
    VectorLoader keyLoader =
        inst("keyLoader", new VectorLoader(memory, shape.keyDimension(), shape.keys(), true));
    loadFrom(keyReader, keyLoader, keyEntries.get(0), EntryJobs.Kind.KEYS);
    Stream<UInt> keyCounts = counts("keyCounts", keyEntries.get(1));
    List<Stream<EntryCommand>> valueEntries = entries.get(3).fork(3);
    VectorLoader valueLoader =
        inst("valueLoader", new VectorLoader(memory, shape.valueDimension(), shape.keys(), false));
    loadFrom(valueReader, valueLoader, valueEntries.get(0), EntryJobs.Kind.VALUES);
    Stream<UInt> valueCounts = counts("valueCounts", valueEntries.get(1));
    Stream<UInt> weightCounts = counts("weightCounts", valueEntries.get(2));
    issue.loaded.set(keyLoader.loaded);
    connect(issue.counts, counts("issueCounts", entries.get(4)));

    // ---- scores
    int keyWord = keyLoader.writeWord.width();
    VectorBanks<Step> keyBanks =
        inst(
            "keyBanks",
            new VectorBanks<>(lanes, shape.banks(), shape.keys(), keyWord, Step.of(shape)));
    keyBanks.write.set(keyLoader.write);
    keyBanks.writePlace.set(keyLoader.writePlace);
    keyBanks.writeWord.set(keyLoader.writeWord);
    unused(keyBanks.conflict);
    Step issued = issue.steps.payload;
    keyBanks.steps.valid.set(issue.steps.valid);
    issue.steps.ready.set(keyBanks.steps.ready);
    List<VectorBanks.Read> keyReads = new ArrayList<>();
    for (LaneKey key : issued.keys()) {
      keyReads.add(new VectorBanks.Read(key.valid(), key.place().wrap(shape.placeBits())));
    }
    connect(keyBanks.steps.payload, new VectorBanks.Reads<>(Vec.of(keyReads), issued));
    keyBanks.out.ready.set(true);
    Bit arrives = keyBanks.out.valid;
    Step arriving = keyBanks.out.payload.meta();
    busy.set(arrives);

    List<Stream<RowMaximum>> maxima = new ArrayList<>();
    List<ScoredKey> scores = new ArrayList<>();
    int exponentBits = keyWord - shape.keyDimension() * 8;
    for (int lane : range(lanes)) {
      Fifo<QueryRow> rowQueue =
          inst("queryQueue_" + lane, new Fifo<>(QueryRow.of(shape), QUERY_QUEUE));
      connect(rowQueue.push, queries.queries.get(lane));
      unused(rowQueue.level);
      issue.arrived.get(lane).set(rowQueue.push.fire());
      ScoreLane scoreLane = inst("scoreLane_" + lane, new ScoreLane(shape));
      LaneKey key = arriving.keys().get(lane);
      connect(
          scoreLane.key,
          new LaneKey(key.valid().and(arrives), key.first(), key.last(), key.place()));
      UInt word = keyBanks.out.payload.words().get(lane);
      UInt exponents = word.slice(keyWord - 1, keyWord - exponentBits);
      scoreLane.codes.set(word.slice(shape.keyDimension() * 8 - 1, 0));
      scoreLane.keyExponent.set(exponents.slice(7, 0).asSInt());
      scoreLane.valueExponent.set(exponents.slice(15, 8).asSInt());
      connect(scoreLane.rows, rowQueue.pop);
      scores.add(scoreLane.scored);
      BlockRamFifo<RowMaximum> queue =
          inst("maxima_" + lane, new BlockRamFifo<>(RowMaximum.of(shape), shape.scores()));
      queue.push.valid.set(scoreLane.complete);
      connect(queue.push.payload, scoreLane.maximum);
      unused(queue.push.ready);
      unused(queue.level);
      maxima.add(queue.pop);
    }
    BlockRamFifo<Scores> scoreQueue =
        inst("scores", new BlockRamFifo<>(Scores.of(shape), shape.scores()));
    Bit scored = after(arrives, ScoreLane.LATENCY);
    Bit scoredLast = after(arriving.last(), ScoreLane.LATENCY);
    scoreQueue.push.valid.set(scored);
    connect(scoreQueue.push.payload, new Scores(Vec.of(scores), scoredLast));
    check(scored.not().or(scoreQueue.push.ready), "scores come without room for them");
    unused(scoreQueue.push.ready);
    unused(scoreQueue.level);
    release(keyLoader, arrives.and(arriving.last()), keyCounts);

    // ---- weights
    Stream<Scores> waiting = scoreQueue.pop;
    Bit able = lit(true);
    for (int lane : range(lanes)) {
      LaneKey key = waiting.payload.keys().get(lane).key();
      UInt ahead = valueLoader.loaded.wrapSub(key.place()).wrapSub(lit(1, key.place().width()));
      Bit present = ahead.at(ahead.width() - 1).not();
      Bit opening = key.valid().and(key.first());
      able = able.and(key.valid().not().or(present)).and(opening.not().or(maxima.get(lane).valid));
    }
    // The values of an entry leave the ring after its last step, also those that no row sees.
    UInt entryBase = reg(uint(weightCounts.payload.width()), 0);
    UInt beyond = valueLoader.loaded.wrapSub(entryBase).wrapSub(weightCounts.payload);
    Bit entryLoaded = beyond.at(beyond.width() - 1).not();
    Bit waitingAble = able.and(waiting.payload.last().not().or(entryLoaded));
    Stream<Weights> weighted = wire(Stream.of(Weights.of(shape)));
    Vec<Bit> stages = regs(WeightLane.LATENCY, bit(), 0);
    Vec<Bit> lastStages = regs(WeightLane.LATENCY, bit());
    Bit lastStage = stages.get(WeightLane.LATENCY - 1);
    Bit advance = lastStage.not().or(weighted.ready);
    Bit enters = waiting.valid.and(waitingAble).and(advance);
    waiting.ready.set(waitingAble.and(advance));
    issue.left.set(enters);
    Bit entryEnds = enters.and(waiting.payload.last());
    weightCounts.ready.set(entryEnds);
    when(entryEnds, () -> entryBase.set(entryBase.wrapAdd(weightCounts.payload)));
    when(
        advance,
        () -> {
          stages.get(0).set(enters);
          lastStages.get(0).set(waiting.payload.last());
          for (int stage = 1; stage < WeightLane.LATENCY; stage++) {
            stages.get(stage).set(stages.get(stage - 1));
            lastStages.get(stage).set(lastStages.get(stage - 1));
          }
        });
    List<WeightedKey> weightedKeys = new ArrayList<>();
    for (int lane : range(lanes)) {
      WeightLane weightLane = inst("weightLane_" + lane, new WeightLane(shape));
      ScoredKey key = waiting.payload.keys().get(lane);
      weightLane.advance.set(advance);
      LaneKey entering =
          new LaneKey(
              key.key().valid().and(enters),
              key.key().first(),
              key.key().last(),
              key.key().place());
      connect(weightLane.scored, new ScoredKey(entering, key.score(), key.valueExponent()));
      connect(weightLane.row, maxima.get(lane).payload);
      maxima.get(lane).ready.set(entering.valid().and(entering.first()));
      weightedKeys.add(weightLane.weighted);
    }
    weighted.valid.set(lastStage);
    connect(
        weighted.payload,
        new Weights(Vec.of(weightedKeys), lastStages.get(WeightLane.LATENCY - 1)));

    // ---- values: a step enters when the sums that it may complete have room
    VectorBanks<Weights> valueBanks =
        inst(
            "valueBanks",
            new VectorBanks<>(
                lanes, shape.banks(), shape.keys(), shape.valueDimension() * 8, Weights.of(shape)));
    valueBanks.write.set(valueLoader.write);
    valueBanks.writePlace.set(valueLoader.writePlace);
    valueBanks.writeWord.set(valueLoader.writeWord);
    unused(valueBanks.conflict);
    List<VectorBanks.Read> valueReads = new ArrayList<>();
    Vec<UInt> promised = regs(lanes, uint(bits(SUM_QUEUE + 1)), 0);
    Bit roomForAll = lit(true);
    for (int lane : range(lanes)) {
      LaneKey key = weighted.payload.keys().get(lane).key();
      valueReads.add(new VectorBanks.Read(key.valid(), key.place().wrap(shape.placeBits())));
      Bit closes = key.valid().and(key.last());
      roomForAll = roomForAll.and(closes.not().or(promised.get(lane).ne(SUM_QUEUE)));
    }
    Bit roomForSums = roomForAll;
    valueBanks.steps.valid.set(weighted.valid.and(roomForSums));
    weighted.ready.set(valueBanks.steps.ready.and(roomForSums));
    connect(
        valueBanks.steps.payload, new VectorBanks.Reads<>(Vec.of(valueReads), weighted.payload));
    valueBanks.out.ready.set(true);
    Bit valuesArrive = valueBanks.out.valid;
    Weights weights = valueBanks.out.payload.meta();
    release(valueLoader, valuesArrive.and(weights.last()), valueCounts);
    Arbiter<RowSum> sums =
        inst(
            "sums",
            new Arbiter<>(RowSum.of(shape), Math.max(2, lanes), Arbiter.Policy.ROUND_ROBIN));
    unused(sums.chosen);
    for (int lane : range(lanes)) {
      ValueLane valueLane = inst("valueLane_" + lane, new ValueLane(shape));
      WeightedKey key = weights.keys().get(lane);
      LaneKey valid =
          new LaneKey(
              key.key().valid().and(valuesArrive),
              key.key().first(),
              key.key().last(),
              key.key().place());
      connect(valueLane.key, new WeightedKey(valid, key.weight(), key.folded(), key.row()));
      valueLane.codes.set(valueBanks.out.payload.words().get(lane));
      Fifo<RowSum> sumQueue = inst("sums_" + lane, new Fifo<>(RowSum.of(shape), SUM_QUEUE));
      sumQueue.push.valid.set(valueLane.complete);
      connect(sumQueue.push.payload, valueLane.sums);
      check(valueLane.complete.not().or(sumQueue.push.ready), "sums come without room for them");
      unused(sumQueue.push.ready);
      unused(sumQueue.level);
      connect(sums.inputs.get(lane), sumQueue.pop);
      LaneKey promisedKey = weighted.payload.keys().get(lane).key();
      Bit promises = weighted.fire().and(promisedKey.valid()).and(promisedKey.last());
      Bit leaves = sumQueue.pop.fire();
      UInt count = promised.get(lane);
      when(promises.andNot(leaves), () -> count.set(count.inc()))
          .elseWhen(leaves.andNot(promises), () -> count.set(count.dec()));
    }
    for (int unusedLane = lanes; unusedLane < 2; unusedLane++) {
      sums.inputs.get(unusedLane).valid.set(false);
      connect(sums.inputs.get(unusedLane).payload, sums.inputs.get(0).payload);
      unused(sums.inputs.get(unusedLane).ready);
    }

    // ---- output
    Normaliser normaliser = inst(new Normaliser(shape));
    connect(normaliser.rows, sums.output);
    OutputWriter output = inst("outputWriter", new OutputWriter(shape, memory));
    connect(output.entries, entries.get(5));
    connect(output.parts, normaliser.parts);
    connect(table.busy, output.busy);
    unused(output.rowDone);
    AxiWriter rowWriter =
        inst("rowWriter", new AxiWriter(memory, new AxiLimits(CardMemory.BURST_BEATS, 64)));
    connect(rowWriter.requests, output.requests);
    connect(rowWriter.beats, output.beats);
    connect(writes.get(0), rowWriter.memory);
    unused(rowWriter.done);
    Bit written = rowWriter.idle;
    Bit error = rowWriter.error;
    if (shape.blocks()) {
      AxiWriter exponentWriter =
          inst("exponentRowWriter", new AxiWriter(memory, CardMemory.occasional()));
      connect(exponentWriter.requests, output.exponentRequests);
      connect(exponentWriter.beats, output.exponentBeats);
      connect(writes.get(1), exponentWriter.memory);
      unused(exponentWriter.done);
      written = written.and(exponentWriter.idle);
      error = error.or(exponentWriter.error);
    } else {
      output.exponentRequests.ready.set(true);
      output.exponentBeats.ready.set(true);
      unused(output.exponentRequests.valid);
      unused(output.exponentRequests.payload);
      unused(output.exponentBeats.valid);
      unused(output.exponentBeats.payload);
    }

    // ---- a descriptor ends when all its rows have arrived
    Bit running = reg(bit(), 0);
    Bit started = reg(bit(), 0);
    table.command.valid.set(command.valid.and(running.not()));
    table.command.payload.set(command.payload);
    command.ready.set(table.command.ready.and(running.not()));
    Bit idle = reduce(new ArrayList<>(output.busy), Bit::or).or(table.active).not();
    Bit quiet = next(idle.and(written), 0);
    Bit ends = running.and(started).and(idle).and(written).and(quiet);
    when(command.fire(), () -> running.set(true)).elseWhen(ends, () -> running.set(false));
    started.set(running.andNot(ends));
    done.set(ends);

    List<UInt> taken = new ArrayList<>();
    Bit readError = error;
    for (AxiReader reader : readers) {
      taken.add(reader.beats.fire().asUInt());
      readError = readError.or(reader.error);
      unused(reader.idle);
    }
    beatsTaken.set(reduce(taken, UInt::add).pad(6).wrap(beatsTaken.width()));
    memoryError.set(readError);
  }

  private void loadFrom(
      AxiReader reader, VectorLoader loader, Stream<EntryCommand> entries, EntryJobs.Kind kind) {
    EntryJobs jobs =
        inst(kind == EntryJobs.Kind.KEYS ? "keyJobs" : "valueJobs", new EntryJobs(memory, kind));
    connect(jobs.entries, entries);
    connect(loader.jobs, jobs.jobs);
    connect(reader.requests, loader.requests);
    connect(loader.beats, reader.beats);
  }

  /** Lets the vectors of an entry go when its last step has been read. */
  private static void release(VectorLoader loader, Bit read, Stream<UInt> counts) {
    counts.ready.set(read);
    loader.released.set(mux(read, counts.payload, 0));
  }

  private AxiReader reader(Reader kind, AxiLimits limits) {
    String name = kind.name().toLowerCase(java.util.Locale.ROOT) + "Reader";
    AxiReader reader = inst(name, new AxiReader(memory, limits));
    connect(reads.get(readersOf(shape).indexOf(kind)), reader.memory);
    readers.add(reader);
    return reader;
  }

  /** Entries go to the source that they name; steps and rows come from there in the same order. */
  private void connectSources(
      Stream<EntryCommand> entries, PatternSource pattern, StepIssue issue, QueryFetch queries) {
    ScheduleSource schedule = inst(new ScheduleSource(shape, memory));
    AxiReader stepReader = reader(Reader.STEPS, CardMemory.streaming(configuration));
    connect(stepReader.requests, schedule.stepRequests);
    connect(schedule.stepBeats, stepReader.beats);
    AxiReader rowReader = reader(Reader.ROW_LISTS, CardMemory.occasional());
    connect(rowReader.requests, schedule.rowRequests);
    connect(schedule.rowBeats, rowReader.beats);
    List<Stream<EntryCommand>> copies = entries.fork(3);
    List<Stream<EntryCommand>> routed = copies.get(0).route(2, AttentionEngine::source);
    connect(pattern.entries, routed.get(0));
    connect(schedule.entries, routed.get(1));

    Fifo<UInt> stepOrder = order("stepOrder", copies.get(1));
    Stream<Step> steps = issue.source;
    Bit fromSchedule = stepOrder.pop.payload.asBit();
    steps.valid.set(
        stepOrder.pop.valid.and(mux(fromSchedule, schedule.steps.valid, pattern.steps.valid)));
    connect(steps.payload, mux(fromSchedule, schedule.steps.payload, pattern.steps.payload));
    Bit stepReady = stepOrder.pop.valid.and(steps.ready);
    pattern.steps.ready.set(stepReady.andNot(fromSchedule));
    schedule.steps.ready.set(stepReady.and(fromSchedule));
    stepOrder.pop.ready.set(steps.fire().and(steps.payload.last()));

    Fifo<UInt> rowOrder = order("rowOrder", copies.get(2));
    Stream<RowRequest> rows = queries.rows;
    Bit rowsFromSchedule = rowOrder.pop.payload.asBit();
    rows.valid.set(
        rowOrder.pop.valid.and(mux(rowsFromSchedule, schedule.rows.valid, pattern.rows.valid)));
    connect(rows.payload, mux(rowsFromSchedule, schedule.rows.payload, pattern.rows.payload));
    Bit rowReady = rowOrder.pop.valid.and(rows.ready);
    pattern.rows.ready.set(rowReady.andNot(rowsFromSchedule));
    schedule.rows.ready.set(rowReady.and(rowsFromSchedule));
    rowOrder.pop.ready.set(queries.lastRow);
  }

  private static UInt source(EntryCommand entry) {
    return entry.field(HeadEntry.SOURCE, 1);
  }

  private Fifo<UInt> order(String name, Stream<EntryCommand> entries) {
    Fifo<UInt> order = inst(name, new Fifo<>(uint(1), RowTag.ENTRIES));
    connect(order.push, entries.map(uint(1), AttentionEngine::source));
    unused(order.level);
    return order;
  }

  /** The numbers of keys of the entries. */
  private Stream<UInt> counts(String name, Stream<EntryCommand> entries) {
    int bits = shape.placeBits() + 1;
    Fifo<UInt> counts = inst(name, new Fifo<>(uint(bits), RowTag.ENTRIES));
    connect(counts.push, entries.map(uint(bits), entry -> entry.field(HeadEntry.KEYS, bits)));
    unused(counts.level);
    return counts.pop;
  }

  private Bit after(Bit now, int cycles) {
    Bit later = now;
    for (int i = 0; i < cycles; i++) {
      Bit stage = next(later, 0);
      later = stage;
    }
    return later;
  }
}

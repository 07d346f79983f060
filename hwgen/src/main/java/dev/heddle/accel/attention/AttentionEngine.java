package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.AttentionCounter;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiAddress;
import dev.heddle.lib.AxiLimits;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWrite;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
  /** Lines of exponents whose responses are awaited at once. */
  private static final int EXPONENT_LINES = 16;

  /** Priority of the outputs: the lanes wait for them as they do for queries. */
  private static final int OUTPUT_PRIORITY = Reader.QUERIES.priority;

  /** Descriptors; taken when everything before has been written. */
  public final Stream<UInt> command;

  /** One in the last cycle of a descriptor. */
  public final Bit done;

  /** Whether a lane scores a key in this cycle. */
  public final Bit busy;

  /** Beats taken in this cycle. */
  public final UInt beatsTaken;

  /** What each {@link AttentionCounter} gains in this cycle. */
  public final Vec<UInt> counted;

  /** Whether card memory has answered with an error in this cycle. */
  public final Bit memoryError;

  /** Masters that read, in the order of {@link Reader}. */
  public final Vec<AxiRead> reads;

  /** Masters that write: rows, exponents. */
  public final Vec<AxiWrite> writes;

  /** What the masters that read are for; loading ahead comes last where memory is shared. */
  public enum Reader {
    /** Keys and exponents. */
    KEYS(1, 1),
    /** Values. */
    VALUES(1, 2),
    /** Queries and their exponents. */
    QUERIES(2, 3),
    /** Head tables. */
    TABLE(3, 0),
    /** Steps of schedules. */
    STEPS(3, 0),
    /** Row lists of schedules. */
    ROW_LISTS(3, 0),
    /** Lists of the pages of keys. */
    KEY_PAGES(3, 0),
    /** Lists of the pages of values. */
    VALUE_PAGES(3, 0),
    /** Masks of rows. */
    MASKS(3, 0),
    /** Sinks of rows. */
    SINKS(3, 0),
    /** States that rows go on from. */
    STATES(2, 3);

    /** The {@code qos} of its bursts. */
    public final int priority;

    private final int port;

    Reader(int priority, int port) {
      this.priority = priority;
      this.port = port;
    }

    /** The memory port that it reads from. */
    public int port(Configuration configuration) {
      return port % configuration.ports();
    }
  }

  private final AttentionShape shape;
  private final AxiShape memory;
  private final Configuration configuration;
  private final List<AxiReader> readers = new ArrayList<>();

  /** The readers of an engine of {@code shape}. */
  public static List<Reader> readersOf(AttentionShape shape) {
    List<Reader> readers = new ArrayList<>(List.of(Reader.values()));
    if (!shape.schedule()) {
      readers.removeAll(List.of(Reader.STEPS, Reader.ROW_LISTS));
    }
    if (!shape.pages()) {
      readers.removeAll(List.of(Reader.KEY_PAGES, Reader.VALUE_PAGES));
    }
    if (!shape.masks()) {
      readers.remove(Reader.MASKS);
    }
    if (!shape.sinks()) {
      readers.remove(Reader.SINKS);
    }
    if (!shape.states()) {
      readers.remove(Reader.STATES);
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
    counted = out(AttentionCounter.values().length, uint(AttentionCounter.STEP_BITS));
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
    AxiReader keyReader = reader(Reader.KEYS, AxiReader.unbuffered(memory, streaming));
    AxiReader valueReader = reader(Reader.VALUES, AxiReader.unbuffered(memory, streaming));
    AxiReader queryReader =
        reader(Reader.QUERIES, new AxiReader(memory, QueryFetch.limits(shape, memory)));
    AxiReader tableReader = reader(Reader.TABLE, new AxiReader(memory, CardMemory.occasional()));

    // ---- entries
    HeadTable table = inst("headTable", new HeadTable(memory));
    connect(tableReader.requests, table.requests);
    connect(table.beats, tableReader.beats);
    // Loaders take an entry when it comes; with those that work row by row it waits its turn.
    List<Stream<EntryCommand>> entries =
        table.entries.fork(
            6 + (shape.masks() ? 1 : 0) + (shape.sinks() ? 2 : 0) + (shape.states() ? 2 : 0));
    Stream<EntryCommand> queryEntries = entries.get(0).queue(RowTag.ENTRIES);
    Stream<EntryCommand> sourceEntries = entries.get(1).queue(RowTag.ENTRIES);

    // ---- sources
    ScoreStage scoreStage = inst(new ScoreStage(shape));
    QueryFetch queries = inst(new QueryFetch(shape, memory));
    connect(queries.entries, queryEntries);
    connect(queryReader.requests, queries.requests);
    connect(queries.beats, queryReader.beats);
    if (shape.schedule()) {
      MixedSource source = inst(new MixedSource(shape, memory));
      connect(source.entries, sourceEntries);
      connect(scoreStage.steps, source.steps);
      connect(queries.rows, source.rows);
      source.lastRow.set(queries.lastRow);
      source.masks.ifPresent(masks -> connect(masks, masks(entries.get(6))));
      AxiReader stepReader = reader(Reader.STEPS, new AxiReader(memory, CardMemory.occasional()));
      connect(stepReader.requests, source.stepRequests);
      connect(source.stepBeats, stepReader.beats);
      AxiReader rowReader =
          reader(Reader.ROW_LISTS, new AxiReader(memory, CardMemory.occasional()));
      connect(rowReader.requests, source.rowRequests);
      connect(source.rowBeats, rowReader.beats);
    } else {
      PatternSource source = inst(new PatternSource(shape));
      connect(source.entries, sourceEntries);
      connect(scoreStage.steps, source.steps);
      connect(queries.rows, source.rows);
      unused(queries.lastRow);
      source.masks.ifPresent(masks -> connect(masks, masks(entries.get(6))));
    }

    // ---- keys and values
    int pageLists = shape.pages() ? 1 : 0;
    List<Stream<EntryCommand>> keyEntries = entries.get(2).fork(2 + pageLists);
    VectorLoader keyLoader =
        inst("keyLoader", new VectorLoader(memory, shape.keyDimension(), shape.keys(), true));
    EntryJobs keyJobs = jobs("keyJobs", keyEntries.get(0), EntryJobs.Kind.KEYS);
    keyJobs.pages.ifPresent(
        pages ->
            connect(
                pages,
                itemBits(lists(EntryLists.Kind.PAGES, Reader.KEY_PAGES, keyEntries.get(2)))));
    connect(keyLoader.jobs, keyJobs.jobs);
    load(keyReader, keyLoader);
    List<Stream<EntryCommand>> valueEntries = entries.get(3).fork(3 + pageLists);
    VectorLoader valueLoader =
        inst("valueLoader", new VectorLoader(memory, shape.valueDimension(), shape.keys(), false));
    EntryJobs valueJobs = jobs("valueJobs", valueEntries.get(0), EntryJobs.Kind.VALUES);
    valueJobs.pages.ifPresent(
        pages ->
            connect(
                pages,
                itemBits(lists(EntryLists.Kind.PAGES, Reader.VALUE_PAGES, valueEntries.get(3)))));
    boolean onePort = Reader.KEYS.port(configuration) == Reader.VALUES.port(configuration);
    connect(valueLoader.jobs, onePort ? afterKeys(valueJobs, keyJobs, keyLoader) : valueJobs.jobs);
    load(valueReader, valueLoader);

    // ---- scores, weights, values
    for (int lane : range(lanes)) {
      connect(scoreStage.queries.get(lane), queries.queries.get(lane));
    }
    connect(scoreStage.counts, counts("scoreCounts", entries.get(4)));
    scoreStage.loaded.set(keyLoader.loaded);
    scoreStage.write.set(keyLoader.write);
    scoreStage.writePlace.set(keyLoader.writePlace);
    scoreStage.writeWord.set(keyLoader.writeWord);
    release(keyLoader, scoreStage.entryRead, counts("keyCounts", keyEntries.get(1)));
    WeightStage weightStage = inst(new WeightStage(shape));
    connect(weightStage.scores, scoreStage.scores);
    for (int lane : range(lanes)) {
      connect(weightStage.maxima.get(lane), scoreStage.maxima.get(lane));
    }
    connect(weightStage.counts, counts("weightCounts", valueEntries.get(2)));
    weightStage.loaded.set(valueLoader.loaded);
    ValueStage valueStage = inst(new ValueStage(shape));
    connect(valueStage.weights, weightStage.weights);
    valueStage.write.set(valueLoader.write);
    valueStage.writePlace.set(valueLoader.writePlace);
    valueStage.writeWord.set(valueLoader.writeWord);
    if (shape.sinks()) {
      int last = entries.size() - (shape.states() ? 3 : 1);
      connect(
          valueStage.sinks.orElseThrow(),
          lists(EntryLists.Kind.SINKS, Reader.SINKS, entries.get(last)));
      connect(
          valueStage.starts.orElseThrow(),
          entries
              .get(last - 1)
              .map(
                  RowSinks.Start.type(),
                  entry -> new RowSinks.Start(entry.slot(), entry.field(HeadEntry.SINKED).at(0))));
    }
    if (shape.states()) {
      states(valueStage, entries.subList(entries.size() - 2, entries.size()));
    }
    release(valueLoader, valueStage.entryRead, counts("valueCounts", valueEntries.get(1)));
    busy.set(scoreStage.busy);
    count(AttentionCounter.PAIRS, scoreStage.taken);
    count(AttentionCounter.SCORE_STALLS, List.of(scoreStage.scoresFull));
    count(AttentionCounter.CONFLICTS, List.of(scoreStage.conflict, valueStage.conflict));

    // ---- output
    Normaliser normaliser = inst(new Normaliser(shape));
    connect(normaliser.rows, valueStage.sums);
    count(AttentionCounter.ROWS, List.of(valueStage.sums.fire()));
    OutputWriter output = inst("outputWriter", new OutputWriter(shape, memory));
    connect(output.entries, entries.get(5));
    connect(output.parts, normaliser.parts);
    output.asStates.ifPresent(slots -> connect(normaliser.asStates.orElseThrow(), slots));
    connect(table.busy, output.busy);
    AxiWriter rowWriter =
        inst("rowWriter", new AxiWriter(memory, new AxiLimits(CardMemory.BURST_BEATS, 64)));
    connect(rowWriter.requests, output.requests);
    connect(rowWriter.beats, output.beats);
    connectOutput(writes.get(0), rowWriter.memory);
    unused(rowWriter.done);
    Bit written = rowWriter.idle;
    Bit error = rowWriter.error;
    if (shape.blocks()) {
      AxiWriter exponentWriter =
          inst(
              "exponentRowWriter",
              new AxiWriter(memory, new AxiLimits(CardMemory.BURST_BEATS, EXPONENT_LINES)));
      connect(exponentWriter.requests, output.exponentRequests.orElseThrow());
      connect(exponentWriter.beats, output.exponentBeats.orElseThrow());
      connectOutput(writes.get(1), exponentWriter.memory);
      unused(exponentWriter.done);
      written = written.and(exponentWriter.idle);
      error = error.or(exponentWriter.error);
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
    count(AttentionCounter.KEY_BEATS, List.of(keyReader.beats.fire()));
    count(AttentionCounter.VALUE_BEATS, List.of(valueReader.beats.fire()));
    List<AxiReader> vectors = List.of(keyReader, valueReader, queryReader);
    count(
        AttentionCounter.INDEX_BEATS,
        readers.stream()
            .filter(reader -> !vectors.contains(reader))
            .map(reader -> reader.beats.fire())
            .toList());
  }

  /** Adds the events of a cycle to a counter, which sees them one cycle later. */
  private void count(AttentionCounter counter, List<Bit> events) {
    UInt sum = reduce(events.stream().map(Bit::asUInt).toList(), UInt::add);
    UInt step = sum.pad(Math.max(sum.width(), AttentionCounter.STEP_BITS));
    counted.get(counter.ordinal()).set(next(step.wrap(AttentionCounter.STEP_BITS), 0));
  }

  private Stream<RowMask> masks(Stream<EntryCommand> entries) {
    return itemBits(lists(EntryLists.Kind.MASKS, Reader.MASKS, entries))
        .stage(RowMask.type(), RowMask::of);
  }

  /** What entries list, read through a port of its own. */
  private Stream<ListReader.Item> lists(
      EntryLists.Kind kind, Reader port, Stream<EntryCommand> entries) {
    EntryLists lists = inst(new EntryLists(memory, kind));
    connect(lists.entries, entries);
    AxiReader reader = reader(port, new AxiReader(memory, CardMemory.occasional()));
    connect(reader.requests, lists.requests);
    connect(lists.beats, reader.beats);
    return lists.items;
  }

  /** Reads the states that rows go on from; two copies of the entries. */
  private void states(ValueStage stage, List<Stream<EntryCommand>> entries) {
    StateFetch fetch = inst(new StateFetch(shape, memory));
    connect(fetch.entries, entries.get(0));
    connect(
        stage.stateStarts.orElseThrow(),
        entries
            .get(1)
            .map(
                RowStates.Start.type(),
                entry ->
                    new RowStates.Start(
                        entry.slot(),
                        entry.field(HeadEntry.CONTINUED).at(0),
                        entry.field(HeadEntry.VALUE_LINES).at(1))));
    connect(fetch.asks, stage.asks.orElseThrow());
    connect(stage.words.orElseThrow(), fetch.words);
    AxiReader reader = reader(Reader.STATES, new AxiReader(memory, CardMemory.occasional()));
    connect(reader.requests, fetch.requests);
    connect(fetch.beats, reader.beats);
  }

  private static Stream<UInt> itemBits(Stream<ListReader.Item> items) {
    unused(items.payload.slot());
    unused(items.payload.last());
    return items.map(uint(items.payload.bits().width()), ListReader.Item::bits);
  }

  private EntryJobs jobs(String name, Stream<EntryCommand> entries, EntryJobs.Kind kind) {
    EntryJobs jobs = inst(name, new EntryJobs(memory, kind, shape.pages()));
    connect(jobs.entries, entries);
    return jobs;
  }

  /**
   * Jobs of values, those of an entry when all its keys have been asked for: on one port half of a
   * long row's values would come before they can be used.
   */
  private Stream<VectorLoader.Job> afterKeys(
      EntryJobs values, EntryJobs keys, VectorLoader keyLoader) {
    UInt ahead = named("keyEntriesAhead", reg(uint(bits(RowTag.ENTRIES) + 1), 0));
    Bit keysTaken = keys.entries.fire();
    Bit valuesTaken = values.entries.fire();
    Bit lastJob = named("lastKeyJob", reg(bit(), 0));
    when(keyLoader.jobs.fire(), () -> lastJob.set(keysTaken));
    Bit asking = keyLoader.jobs.ready.not().and(lastJob);
    Bit open = ahead.gt(asking.asUInt().pad(ahead.width()));
    Stream<VectorLoader.Job> opened =
        named("openedValueJobs", wire(Stream.of(VectorLoader.Job.of(memory))));
    opened.valid.set(values.jobs.valid.and(open));
    values.jobs.ready.set(opened.ready.and(open));
    connect(opened.payload, values.jobs.payload);
    when(keysTaken.andNot(valuesTaken), () -> ahead.set(ahead.inc()))
        .elseWhen(valuesTaken.andNot(keysTaken), () -> ahead.set(ahead.dec()));
    return opened;
  }

  private void load(AxiReader reader, VectorLoader loader) {
    connect(reader.requests, loader.requests);
    connect(loader.beats, reader.beats);
  }

  /** Lets the vectors of an entry go when its last step has been read. */
  private static void release(VectorLoader loader, Bit read, Stream<UInt> counts) {
    counts.ready.set(read);
    loader.released.set(mux(read, counts.payload, 0));
  }

  private AxiReader reader(Reader kind, AxiReader definition) {
    AxiReader reader = inst(kind.name().toLowerCase(Locale.ROOT) + "Reader", definition);
    AxiRead port = reads.get(readersOf(shape).indexOf(kind));
    connect(
        port.ar,
        reader.memory.ar.map(AxiAddress.of(memory), burst -> burst.withPriority(kind.priority)));
    unused(reader.memory.ar.payload.qos());
    connect(reader.memory.r, port.r);
    readers.add(reader);
    return reader;
  }

  private void connectOutput(AxiWrite port, AxiWrite master) {
    connect(
        port.aw,
        master.aw.map(AxiAddress.of(memory), burst -> burst.withPriority(OUTPUT_PRIORITY)));
    unused(master.aw.payload.qos());
    connect(port.w, master.w);
    connect(master.b, port.b);
  }

  /** The numbers of keys of the entries. */
  private Stream<UInt> counts(String name, Stream<EntryCommand> entries) {
    int bits = shape.placeBits() + 1;
    Fifo<UInt> counts = inst(name, new Fifo<>(uint(bits), RowTag.ENTRIES));
    connect(counts.push, entries.map(uint(bits), entry -> entry.field(HeadEntry.KEYS, bits)));
    unused(counts.level);
    return counts.pop;
  }
}

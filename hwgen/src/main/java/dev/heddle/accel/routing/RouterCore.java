package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.RouterShape;
import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.routing.Request.Content;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the lines of entries, in the order of {@link RouterFetch}, and executes the entries one
 * after the other.
 *
 * <pre>
 *   exponents --> largest --.
 *   vectors ----------------+--> sums of queries --.
 *   summaries --------------|----------------------+--> gates --> choice --> list of pages
 *   page table -------------|------------------------------------'
 *                           '--> sums of keys --> summary
 * </pre>
 *
 * With its lines there, a line of exponents takes a cycle, and one more for each exponent where the
 * largest is looked for; a vector {@value VectorSums#WORDS_PER_LINE} cycles a line; a summary a
 * cycle a line; a word of the page table a cycle.
 */
final class RouterCore extends Component {
  private enum Phase {
    TAKE,
    LARGEST,
    SETTLE,
    LIST,
    WRITE
  }

  /** Entries. */
  final Stream<TableEntry> entries;

  /** What their lines hold. */
  final Stream<Request> requests;

  /** The lines. */
  final Stream<UInt> lines;

  /** Ranges that are written. */
  final Stream<AxiRequest> writes;

  /** What is written there. */
  final Stream<AxiWriter.Beat> written;

  /** One in the last cycle of an entry. */
  final Bit entryEnds;

  /** Whether a line of a summary is multiplied in this cycle. */
  final Bit busy;

  private final TableEntry entry;
  private final Request request;
  private final UInt index = reg(uint(TableEntry.COUNT_BITS), 0);
  private final UInt part = reg(uint(bits(MemoryLine.BITS / PageChoice.WORD_BITS)), 0);
  private final Bit second = reg(bit(), 0);
  private final UInt exponents = reg(uint(MemoryLine.BITS));
  private final SInt largest = reg(sint(8));

  /** For vectors of up to {@code dimension} elements on ports of {@code memory}. */
  RouterCore(RouterShape shape, int dimension, AxiShape memory) {
    entries = in(Stream.of(TableEntry.type()));
    requests = in(Stream.of(Request.type()));
    lines = in(Stream.of(uint(MemoryLine.BITS)));
    writes = out(Stream.of(AxiRequest.of(memory)));
    written = out(Stream.of(AxiWriter.Beat.of(memory)));
    entryEnds = out(bit());
    busy = out(bit());
    document("Executes route and summary entries.");
    parameter("COUNT", shape.count());
    parameter("BLOCKS", shape.blocks());
    parameter("DIMENSION", dimension);
    entry = entries.payload;
    request = requests.payload;
    unused(entry.entry());

    VectorSums sums = inst(new VectorSums(shape, dimension));
    GateUnit gates = inst(new GateUnit(shape, dimension));
    PageChoice choice = inst(new PageChoice(shape));
    SummaryWords summary = inst(new SummaryWords(shape, dimension));
    RouterWriter writer = inst(new RouterWriter(memory));
    connect(gates.lows, sums.lows);
    connect(gates.highs, sums.highs);
    connect(summary.lows, sums.lows);
    connect(summary.highs, sums.highs);

    State<Phase> phase = state(Phase.TAKE);
    Bit taking = phase.is(Phase.TAKE).and(requests.valid).and(lines.valid).and(entries.valid);
    Bit takesLargest = taking.and(request.is(Content.LARGEST));
    Bit takesExponents = taking.and(request.is(Content.EXPONENTS));
    Bit takesVectors = taking.and(request.is(Content.VECTORS));
    Bit takesSummaries = taking.and(request.is(Content.SUMMARIES)).andNot(sums.busy);
    Bit takesPages = taking.and(request.is(Content.PAGES)).and(choice.complete);
    Bit stepsLargest = phase.is(Phase.LARGEST);
    Bit lists = phase.is(Phase.LIST).and(lines.valid);
    SInt exponent = exponent();
    Bit lastItem = index.eq(request.count().dec());

    // ---- vectors: words of a line, the second of two lines
    Bit lastWord = part.slice(bits(VectorSums.WORDS_PER_LINE) - 1, 0).all();
    Bit lastLine = second.or(entry.wide().not());
    Bit vectorEnds = takesVectors.and(lastWord).and(lastLine);
    vectors(sums, takesVectors, exponent);

    // ---- summaries: low bytes, then high bytes
    Bit upper = named("upper", reg(bit(), 0));
    Bit blockEnds = takesSummaries.and(lastLine).and(upper);
    gates.valid.set(takesSummaries);
    gates.line.set(lines.payload);
    gates.number.set(dimension == MemoryLine.BYTES ? lit(0, 1) : second.asUInt());
    gates.upper.set(upper);
    gates.first.set(upper.or(second).not());
    gates.last.set(upper.and(lastLine));
    gates.exponent.set(exponent);
    gates.queryExponent.set(largest);
    gates.quest.set(entry.quest());
    busy.set(takesSummaries);
    when(takesSummaries.and(lastLine), () -> upper.set(upper.not()));
    when(takesVectors.and(lastWord).or(takesSummaries), () -> second.set(lastLine.not()));

    // ---- the page table
    choice.gated.set(gates.gated);
    choice.gate.set(gates.gate);
    choice.blocks.set(entry.field(RouteEntry.BLOCKS, TableEntry.COUNT_BITS));
    choice.count.set(entry.field(RouteEntry.COUNT, choice.count.width()));
    choice.words.valid.set(lists);
    choice.words.payload.set(part(PageChoice.WORD_BITS));
    Bit wordPasses = lists.and(choice.words.ready);
    Bit lastPage = wordPasses.and(lastItem);

    // ---- what is written
    Bit settled = phase.is(Phase.SETTLE).andNot(sums.busy);
    connect(writer.entry, entry);
    writer.start.set(settled.or(takesPages));
    writer.exponent.set(largest.asUInt());
    connect(writer.pages, choice.chosen);
    connect(writer.summary, summary.words);
    writer.lastWord.set(mux(entry.summarises(), summary.ends, choice.ends));
    connect(writes, writer.requests);
    connect(written, writer.beats);
    summary.start.set(settled);
    summary.quest.set(entry.quest());
    summary.wide.set(entry.wide());
    summary.keyBits.set(entry.keyBits());
    Bit ends = writer.ends;
    choice.clear.set(ends);
    entries.ready.set(ends);
    entryEnds.set(ends);

    // ---- order
    lines.ready.set(
        takesLargest
            .or(takesExponents)
            .or(takesVectors.and(lastWord))
            .or(takesSummaries)
            .or(wordPasses.and(part.all().or(lastItem))));
    Bit itemEnds = stepsLargest.or(vectorEnds).or(blockEnds).or(wordPasses);
    Bit requestEnds = itemEnds.and(lastItem).or(takesExponents);
    requests.ready.set(requestEnds);
    when(itemEnds, () -> index.set(mux(lastItem, 0, index.inc())));
    when(takesVectors, () -> part.set(mux(lastWord, 0, part.inc())));
    when(wordPasses, () -> part.set(mux(lastItem, 0, part.inc())));
    when(takesLargest.or(takesExponents), () -> exponents.set(lines.payload));
    Bit replaces = request.first().and(index.eq(0)).or(exponent.gt(largest));
    when(stepsLargest.and(replaces), () -> largest.set(exponent));
    Bit keysEnd = vectorEnds.and(lastItem).and(request.last()).and(entry.summarises());
    match(
        phase,
        p ->
            switch (p) {
              case TAKE ->
                  () ->
                      when(takesLargest, () -> phase.set(Phase.LARGEST))
                          .elseWhen(keysEnd, () -> phase.set(Phase.SETTLE))
                          .elseWhen(takesPages, () -> phase.set(Phase.LIST));
              case LARGEST -> () -> when(lastItem, () -> phase.set(Phase.TAKE));
              case SETTLE -> () -> when(settled, () -> phase.set(Phase.WRITE));
              case LIST -> () -> when(lastPage, () -> phase.set(Phase.WRITE));
              case WRITE -> () -> when(ends, () -> phase.set(Phase.TAKE));
            });
  }

  private void vectors(VectorSums sums, Bit takes, SInt exponent) {
    int partBits = bits(VectorSums.WORDS_PER_LINE);
    UInt word = part.slice(partBits - 1, 0);
    sums.valid.set(takes);
    sums.codes.set(part(VectorSums.WORD_BITS));
    sums.shift.set(largest.sub(exponent).asUInt().sat(VectorSums.SHIFT_BITS));
    sums.place.set(sums.place.width() == partBits ? word : cat(second, word));
    sums.first.set(request.first().and(index.eq(0)));
    sums.quest.set(entry.quest());
    sums.ofKeys.set(entry.summarises());
  }

  /** The exponent of the vector or block at the index, from the line that is held. */
  private SInt exponent() {
    int bits = bits(MemoryLine.BYTES);
    List<UInt> bytes = new ArrayList<>();
    for (int i : range(MemoryLine.BYTES)) {
      bytes.add(exponents.slice(8 * i + 7, 8 * i));
    }
    UInt ofKeys = index.shl(1).wrap(bits);
    return Vec.of(bytes).at(mux(entry.summarises(), ofKeys, index.wrap(bits))).asSInt();
  }

  /** The word of the line at the part that is next. */
  private UInt part(int bits) {
    List<UInt> words = new ArrayList<>();
    for (int low = 0; low < MemoryLine.BITS; low += bits) {
      words.add(lines.payload.slice(low + bits - 1, low));
    }
    return Vec.of(words).at(part);
  }
}

package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.routing.Request.Content;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/**
 * Asks for everything that entries read, one request a cycle, ahead of its use.
 *
 * <pre>
 *   both         exponents ..            of all queries or keys, a line at a time
 *                exponents | vectors     of 64 queries, of 32 keys; again until all have come
 *   route entry  exponents | summaries   of 64 blocks; again until all have come
 *                page table
 * </pre>
 */
final class RouterFetch extends Component {
  private static final int WORDS = MemoryLine.BYTES / Integer.BYTES;

  private enum Phase {
    IDLE,
    LARGEST,
    EXPONENTS,
    VECTORS,
    PAGES
  }

  /** Entries. */
  final Stream<TableEntry> entries;

  /** Ranges of card memory. */
  final Stream<AxiRequest> requests;

  /** For each of them what its lines hold. */
  final Stream<Request> expected;

  /** For ports of {@code memory}. */
  RouterFetch(AxiShape memory) {
    int countBits = TableEntry.COUNT_BITS;
    int addressBits = memory.addressBits();
    int lineBits = bits(MemoryLine.BYTES);
    entries = in(Stream.of(TableEntry.type()));
    requests = out(Stream.of(AxiRequest.of(memory)));
    expected = out(Stream.of(Request.type()));
    document("Asks for what the entries of a router read.");
    parameter("PORT_BITS", memory.dataBits());

    State<Phase> phase = state(Phase.IDLE);
    TableEntry entry = entries.payload;
    unused(entry.entry());
    UInt left = reg(uint(countBits));
    UInt exponents = reg(uint(addressBits));
    UInt vectors = reg(uint(addressBits));
    Bit ofBlocks = reg(bit());
    Bit first = reg(bit());
    UInt blocks = entry.field(RouteEntry.BLOCKS, countBits);

    // A line has the exponents of 64 queries or blocks, or of 32 keys and their values.
    Bit ofKeys = entry.summarises();
    UInt perLine = mux(ofKeys, lit(MemoryLine.BYTES / 2, 7), lit(MemoryLine.BYTES, 7));
    Bit last = left.le(perLine.pad(countBits));
    UInt amount = mux(last, left, perLine.pad(countBits));
    UInt lines = mux(entry.wide(), amount.shl(1), amount.pad(countBits + 1));
    UInt vectorLines = mux(ofBlocks, lines.shl(1), lines.pad(countBits + 2));
    UInt words = blocks.add(1);
    UInt pageLines = words.add(WORDS - 1).shr(bits(WORDS));

    Bit idle = phase.is(Phase.IDLE);
    Bit fetchVectors = phase.is(Phase.VECTORS);
    Bit fetchPages = phase.is(Phase.PAGES);
    UInt address =
        mux(
            fetchPages,
            entry.field(RouteEntry.PAGES, addressBits),
            mux(fetchVectors, vectors, exponents));
    UInt wanted =
        mux(
            fetchPages,
            pageLines.pad(vectorLines.width()),
            mux(fetchVectors, vectorLines, lit(1, vectorLines.width())));
    Stream<Request> asked = wire(Stream.of(Request.type()));
    requests.valid.set(idle.not().and(asked.ready));
    connect(requests.payload, new AxiRequest(address, MemoryLine.beats(memory, wanted.pad(32))));
    Bit fire = requests.fire();
    asked.valid.set(idle.not().and(requests.ready));
    UInt content =
        mux(
            fetchPages,
            Request.code(Content.PAGES),
            mux(
                fetchVectors,
                mux(ofBlocks, Request.code(Content.SUMMARIES), Request.code(Content.VECTORS)),
                mux(
                    phase.is(Phase.LARGEST),
                    Request.code(Content.LARGEST),
                    Request.code(Content.EXPONENTS))));
    connect(
        asked.payload,
        new Request(
            content, mux(fetchPages, words.wrap(countBits), amount), first, last.or(fetchPages)));
    connect(expected, asked);

    Bit vectorsEnd = fetchVectors.and(last);
    Bit noBlocks = blocks.eq(0);
    Bit ends = fetchPages.or(vectorsEnd.and(entry.summarises()));
    entries.ready.set(fire.and(ends));
    Runnable next = () -> left.set(left.wrapSub(amount));
    match(
        phase,
        p ->
            switch (p) {
              case IDLE ->
                  () ->
                      when(
                          entries.valid,
                          () -> {
                            phase.set(Phase.LARGEST);
                            left.set(entry.vectors());
                            exponents.set(entry.field(RouteEntry.QUERY_EXPONENTS, addressBits));
                            vectors.set(entry.field(RouteEntry.QUERIES, addressBits));
                            ofBlocks.set(false);
                            first.set(true);
                          });
              case LARGEST ->
                  () ->
                      when(
                          fire,
                          () -> {
                            exponents.set(exponents.wrapAdd(lit(MemoryLine.BYTES)));
                            first.set(last);
                            next.run();
                            when(
                                last,
                                () -> {
                                  phase.set(Phase.EXPONENTS);
                                  left.set(entry.vectors());
                                  exponents.set(
                                      entry.field(RouteEntry.QUERY_EXPONENTS, addressBits));
                                });
                          });
              case EXPONENTS ->
                  () ->
                      when(
                          fire,
                          () -> {
                            exponents.set(exponents.wrapAdd(lit(MemoryLine.BYTES)));
                            phase.set(Phase.VECTORS);
                          });
              case VECTORS ->
                  () ->
                      when(
                          fire,
                          () -> {
                            vectors.set(
                                vectors.wrapAdd(vectorLines.shl(lineBits).pad(addressBits)));
                            first.set(last);
                            next.run();
                            phase.set(Phase.EXPONENTS);
                            when(
                                last,
                                () -> {
                                  left.set(blocks);
                                  exponents.set(
                                      entry.field(RouteEntry.SUMMARY_EXPONENTS, addressBits));
                                  vectors.set(entry.field(RouteEntry.SUMMARIES, addressBits));
                                  when(entry.summarises(), () -> phase.set(Phase.IDLE))
                                      .elseWhen(
                                          ofBlocks.or(noBlocks), () -> phase.set(Phase.PAGES));
                                  ofBlocks.set(true);
                                });
                          });
              case PAGES -> () -> when(fire, () -> phase.set(Phase.IDLE));
            });
  }
}

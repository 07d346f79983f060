package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;
import java.util.Collections;

/** Writes what entries give: a list of pages, or a summary and then its exponent, one byte. */
final class RouterWriter extends Component {
  private static final int WORDS = MemoryLine.BITS / PageChoice.WORD_BITS;

  private enum Phase {
    IDLE,
    LINES,
    ASK_EXPONENT,
    EXPONENT
  }

  /** The entry that starts, with {@link #start}. */
  final TableEntry entry = in(TableEntry.type());

  /** Starts; the entry then stays until {@link #ends}. */
  final Bit start = in(bit());

  /** Words of a list. */
  final Stream<UInt> pages = in(Stream.of(uint(PageChoice.WORD_BITS)));

  /** Words of a summary. */
  final Stream<UInt> summary = in(Stream.of(uint(VectorSums.WORD_BITS)));

  /** Exponent of the summary. */
  final UInt exponent = in(uint(8));

  /** Whether the last word of a list or a summary passes. */
  final Bit lastWord = in(bit());

  /** Ranges that are written. */
  final Stream<AxiRequest> requests;

  /** What is written there. */
  final Stream<AxiWriter.Beat> beats;

  /** One in the cycle in which the last beat of an entry passes. */
  final Bit ends;

  /** For ports of {@code memory}. */
  RouterWriter(AxiShape memory) {
    int addressBits = memory.addressBits();
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = out(Stream.of(AxiWriter.Beat.of(memory)));
    ends = out(bit());
    document("Writes lists of pages and summaries.");
    parameter("PORT_BITS", memory.dataBits());

    State<Phase> phase = state(Phase.IDLE);
    unused(entry.entry());
    UInt exponentAddress = entry.field(SummaryEntry.SUMMARY_EXPONENT, addressBits);

    // ---- ranges
    UInt words = entry.field(RouteEntry.BLOCKS, TableEntry.COUNT_BITS).add(1);
    UInt count = entry.field(RouteEntry.COUNT).pad(words.width());
    UInt listed = mux(words.lt(count), words, count);
    UInt listLines = listed.add(WORDS - 1).shr(bits(WORDS));
    UInt summaryLines = mux(entry.wide(), lit(4, listLines.width()), lit(2, listLines.width()));
    UInt lines = mux(entry.summarises(), summaryLines, listLines);
    UInt output =
        mux(
            entry.summarises(),
            entry.field(SummaryEntry.SUMMARY, addressBits),
            entry.field(RouteEntry.OUTPUT, addressBits));
    Bit asks = phase.is(Phase.ASK_EXPONENT);
    Bit asked = reg(bit(), 0);
    requests.valid.set(phase.is(Phase.LINES).andNot(asked).or(asks));
    connect(
        requests.payload,
        mux(
            asks,
            new AxiRequest(exponentAddress, lit(1, AxiRequest.BEATS_BITS)),
            new AxiRequest(output, MemoryLine.beats(memory, lines.pad(32)))));

    // ---- beats
    Stream<UInt> gathered = WidthAdapter.convert(pages, VectorSums.WORD_BITS);
    Stream<UInt> either = wire(Stream.of(uint(VectorSums.WORD_BITS)));
    either.valid.set(mux(entry.summarises(), summary.valid, gathered.valid));
    either.payload.set(mux(entry.summarises(), summary.payload, gathered.payload));
    summary.ready.set(entry.summarises().and(either.ready));
    gathered.ready.set(either.ready.andNot(entry.summarises()));
    Stream<UInt> converted = WidthAdapter.convert(either, memory.dataBits());
    Bit last = phase.is(Phase.EXPONENT);
    UInt copies = cat(Collections.nCopies(memory.bytes(), exponent));
    int byteBits = bits(memory.bytes());
    UInt strobe =
        lit(1, 1)
            .shl(exponentAddress.slice(byteBits - 1, 0))
            .pad(memory.bytes())
            .wrap(memory.bytes());
    beats.valid.set(mux(last, lit(true), converted.valid));
    converted.ready.set(beats.ready.andNot(last));
    connect(
        beats.payload,
        mux(last, new AxiWriter.Beat(copies, strobe), AxiWriter.Beat.whole(converted.payload)));

    Bit written = last.and(beats.ready);
    match(
        phase,
        p ->
            switch (p) {
              case IDLE -> () -> when(start, () -> phase.set(Phase.LINES));
              case LINES ->
                  () -> {
                    when(requests.ready, () -> asked.set(true));
                    when(
                        lastWord,
                        () -> {
                          asked.set(false);
                          phase.set(entry.summarises(), Phase.ASK_EXPONENT, Phase.IDLE);
                        });
                  };
              case ASK_EXPONENT -> () -> when(requests.ready, () -> phase.set(Phase.EXPONENT));
              case EXPONENT -> () -> when(beats.ready, () -> phase.set(Phase.IDLE));
            });
    ends.set(written.or(lastWord.andNot(entry.summarises())));
  }
}

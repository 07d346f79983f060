package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/**
 * Reads the states of rows from card memory, those of an entry row after row.
 *
 * <pre>
 *   asks --> address of the row --> requests        beats --> words
 * </pre>
 */
final class StateFetch extends Component {
  /** Entries that start; taken at once. */
  final Stream<EntryCommand> entries;

  /** States that are needed. */
  final Stream<RowStates.Ask> asks;

  /** Their ranges, without what is only zeros. */
  final Stream<AxiRequest> requests;

  /** What they hold. */
  final Stream<AxiReader.Beat> beats;

  /** The same in words of as many accumulators as are merged in a cycle. */
  final Stream<UInt> words;

  /** For an engine of {@code shape} on ports of {@code memory}. */
  StateFetch(AttentionShape shape, AxiShape memory) {
    int wordBits = RowMerge.elements(shape) * Integer.SIZE;
    int addressBits = memory.addressBits();
    entries = in(Stream.of(EntryCommand.type()));
    asks = in(Stream.of(RowStates.Ask.of(shape)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    words = out(Stream.of(uint(wordBits)));
    document("Reads the states of rows.");
    parameter("PORT_BITS", memory.dataBits());
    parameter("ROWS", shape.rows());

    entries.ready.set(true);
    EntryCommand entry = entries.payload;
    Vec<UInt> first = regs(RowTag.ENTRIES, uint(addressBits));
    when(entries.valid, () -> first.set(entry.slot(), entry.field(HeadEntry.STATES, addressBits)));
    connect(
        requests,
        asks.map(
            AxiRequest.of(memory),
            ask -> {
              UInt row = ask.tag().row();
              UInt narrow = row.mul(lit(AttentionState.bytes(GoldenHead.LINE)));
              UInt distance = mux(ask.wide(), narrow.shl(1), narrow.pad(narrow.width() + 1));
              return new AxiRequest(
                  first.at(ask.tag().entry()).wrapAdd(distance.pad(addressBits)),
                  MemoryLine.beats(memory, ask.lines()));
            }));
    connect(words, MemoryLine.words(beats, wordBits));
  }
}

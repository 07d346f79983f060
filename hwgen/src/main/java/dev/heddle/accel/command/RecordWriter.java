package dev.heddle.accel.command;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;

/** Writes completion records side by side to card memory, or drops them when no place is given. */
public final class RecordWriter extends Component {
  /** Records. */
  public final Stream<UInt> records;

  /** Starts again at {@link #base}. */
  public final Bit start;

  /** Address of the first record, 0 to drop them all. */
  public final UInt base;

  /** Ranges of card memory. */
  public final Stream<AxiRequest> requests;

  /** The records as beats. */
  public final Stream<AxiWriter.Beat> beats;

  /** The record writer of {@code configuration}. */
  public RecordWriter(Configuration configuration) {
    AxiShape shape = CardMemory.master(configuration);
    records = in(Stream.of(uint(CompletionRecord.BYTES * 8)));
    start = in(bit());
    base = in(uint(CardMemory.ADDRESS_BITS));
    requests = out(Stream.of(AxiRequest.of(shape)));
    beats = out(Stream.of(AxiWriter.Beat.of(shape)));
    document("Writes completion records to card memory.");
    parameter("PORT_BITS", configuration.portBits());

    UInt address = reg(uint(CardMemory.ADDRESS_BITS), 0);
    Bit asked = reg(bit(), 0);
    Bit dropped = address.eq(0);
    requests.valid.set(records.valid.andNot(asked).andNot(dropped));
    connect(
        requests.payload,
        new AxiRequest(
            address, lit(CompletionRecord.BYTES / shape.bytes(), AxiRequest.BEATS_BITS)));
    Stream<UInt> accepted = wire(Stream.of(uint(CompletionRecord.BYTES * 8)));
    accepted.valid.set(records.valid.and(asked));
    accepted.payload.set(records.payload);
    records.ready.set(dropped.or(asked.and(accepted.ready)));
    when(requests.fire(), () -> asked.set(true)).elseWhen(accepted.fire(), () -> asked.set(false));
    when(start, () -> address.set(base))
        .elseWhen(accepted.fire(), () -> address.set(address.wrapAdd(lit(CompletionRecord.BYTES))));

    Stream<UInt> whole = WidthAdapter.convert(accepted, shape.dataBits());
    // Else whether card memory takes a beat would decide within a cycle when engines go on.
    Stream<UInt> words = configuration.shortPaths() ? whole.slice() : whole;
    beats.valid.set(words.valid);
    words.ready.set(beats.ready);
    connect(beats.payload, AxiWriter.Beat.whole(words.payload));
  }
}

package dev.heddle.accel.cache;

import static dev.heddle.accel.command.StructureBits.field;
import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/**
 * Takes entries apart into what is written at once, one piece a cycle, and asks for what it is made
 * of.
 *
 * <pre>
 *   row 0: key, value, exponents | row 1: key, value, exponents | ..
 * </pre>
 *
 * Entries that are appended follow one another without a gap. An entry that is copied waits until
 * all that those before it write has arrived in card memory.
 */
final class RowPieces extends Component {
  private static final int ROW_BITS = 16;

  private enum Phase {
    IDLE,
    KEY,
    VALUE,
    EXPONENTS,
    WRITE,
    SETTLE
  }

  /** Bits of entries of an append or a copy table. */
  final Stream<UInt> entries;

  /** Whether they are copied. */
  final Bit copies;

  /** Whether the last piece of an entry has been handed on to be written. */
  final Bit entryEnds;

  /** Whether all that was handed on has arrived in card memory. */
  final Bit settled;

  /** Ranges of card memory that are read. */
  final Stream<AxiRequest> requests;

  /** What is made of them; exponents that are appended are not read. */
  final Stream<RowPiece> pieces;

  /** For ports of {@code memory}. */
  RowPieces(AxiShape memory) {
    entries = in(Stream.of(uint(MemoryLine.BITS)));
    copies = in(bit());
    entryEnds = in(bit());
    settled = in(bit());
    requests = out(Stream.of(AxiRequest.of(memory)));
    pieces = out(Stream.of(RowPiece.of(memory)));
    document("Takes entries of append and copy tables apart.");
    parameter("PORT_BITS", memory.dataBits());

    State<Phase> phase = state(Phase.IDLE);
    UInt entry = entries.payload;
    unused(entry);
    UInt rowsLeft = reg(uint(ROW_BITS));
    UInt keyTarget = address(memory);
    UInt valueTarget = address(memory);
    UInt exponentTarget = address(memory);
    UInt keySource = address(memory);
    UInt valueSource = address(memory);
    UInt exponentSource = address(memory);
    Bit wideKey = reg(bit());
    Bit wideValue = reg(bit());

    Bit ofKey = phase.is(Phase.KEY);
    Bit ofExponents = phase.is(Phase.EXPONENTS);
    Bit gives = ofKey.or(phase.is(Phase.VALUE)).or(ofExponents);
    Bit asks = gives.and(ofExponents.not().or(copies));
    Bit wide = mux(ofKey, wideKey, wideValue);
    Bit lastRow = rowsLeft.eq(1);
    UInt codeBytes = mux(wide, lit(2 * MemoryLine.BYTES, 10), lit(MemoryLine.BYTES, 10));
    UInt sourceBytes = mux(copies, codeBytes, codeBytes.shl(2).wrap(10));
    UInt sourceBeats =
        mux(
            ofExponents,
            lit(1, AxiRequest.BEATS_BITS),
            sourceBytes.shr(memory.size()).pad(AxiRequest.BEATS_BITS));
    Bit passes = gives.and(pieces.ready).and(requests.ready.or(asks.not()));
    requests.valid.set(asks.and(pieces.ready));
    UInt codeSource = mux(ofKey, keySource, valueSource);
    connect(
        requests.payload,
        new AxiRequest(mux(ofExponents, exponentSource, codeSource), sourceBeats));
    pieces.valid.set(gives.and(requests.ready.or(asks.not())));
    UInt codeTarget = mux(ofKey, keyTarget, valueTarget);
    connect(
        pieces.payload,
        new RowPiece(
            mux(ofExponents, exponentTarget, codeTarget),
            exponentSource.slice(memory.size() - 1, 1),
            ofExponents,
            wide,
            ofExponents.and(lastRow)));

    Bit starts = phase.is(Phase.IDLE).and(entries.valid);
    entries.ready.set(phase.is(Phase.IDLE));
    match(
        phase,
        p ->
            switch (p) {
              case IDLE ->
                  () ->
                      when(
                          starts,
                          () -> {
                            phase.set(Phase.KEY);
                            rowsLeft.set(field(entry, AppendEntry.ROWS).wrap(ROW_BITS));
                            wideKey.set(field(entry, AppendEntry.KEY_LINES).at(1));
                            wideValue.set(field(entry, AppendEntry.VALUE_LINES).at(1));
                            load(keyTarget, entry, AppendEntry.KEY_ROWS);
                            load(valueTarget, entry, AppendEntry.VALUE_ROWS);
                            load(exponentTarget, entry, AppendEntry.KEY_EXPONENTS);
                            // Sources have the same places in both kinds of entries.
                            load(keySource, entry, AppendEntry.KEY_NUMBERS);
                            load(valueSource, entry, AppendEntry.VALUE_NUMBERS);
                            load(exponentSource, entry, CopyEntry.EXPONENT_SOURCE);
                          });
              case KEY ->
                  () ->
                      when(
                          passes,
                          () -> {
                            phase.set(Phase.VALUE);
                            advance(keyTarget, codeBytes);
                            advance(keySource, sourceBytes);
                          });
              case VALUE ->
                  () ->
                      when(
                          passes,
                          () -> {
                            phase.set(Phase.EXPONENTS);
                            advance(valueTarget, codeBytes);
                            advance(valueSource, sourceBytes);
                          });
              case EXPONENTS ->
                  () ->
                      when(
                          passes,
                          () -> {
                            phase.set(Phase.KEY);
                            rowsLeft.set(rowsLeft.dec());
                            advance(exponentTarget, lit(RowPiece.PAIR_BYTES));
                            advance(exponentSource, lit(RowPiece.PAIR_BYTES));
                            when(lastRow, () -> phase.set(copies, Phase.WRITE, Phase.IDLE));
                          });
              case WRITE -> () -> when(entryEnds, () -> phase.set(Phase.SETTLE));
              case SETTLE -> () -> when(settled, () -> phase.set(Phase.IDLE));
            });
  }

  private UInt address(AxiShape memory) {
    return reg(uint(memory.addressBits()));
  }

  private static void load(UInt address, UInt entry, MemoryField field) {
    address.set(field(entry, field).wrap(address.width()));
  }

  private static void advance(UInt address, UInt bytes) {
    address.set(address.wrapAdd(bytes.pad(address.width())));
  }
}

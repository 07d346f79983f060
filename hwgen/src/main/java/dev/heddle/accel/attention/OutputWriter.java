package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;
import java.util.List;
import java.util.Optional;

/**
 * Writes output rows to their places in card memory and keeps account of the entries in flight.
 *
 * <pre>
 *   parts --> place of the row --> requests
 *         --> fp32 or codes    --> beats
 *         --> exponents        --> exponent writer
 * </pre>
 *
 * An entry is in flight from its command until its last row, and for X8 its exponents, have been
 * handed to the writers.
 */
public final class OutputWriter extends Component {
  private static final int BEATS_WAITING = 16;

  /** Entries that start; taken at once. */
  public final Stream<EntryCommand> entries;

  /** Parts of rows, those of a row together. */
  public final Stream<OutputPart> parts;

  /** Ranges of the rows. */
  public final Stream<AxiRequest> requests;

  /** The rows. */
  public final Stream<AxiWriter.Beat> beats;

  /** Ranges of the exponents of X8 output, in an engine that has it. */
  public final Optional<Stream<AxiRequest>> exponentRequests;

  /** The exponents. */
  public final Optional<Stream<AxiWriter.Beat>> exponentBeats;

  /** For each slot whether an entry in flight has it. */
  public final Vec<Bit> busy;

  /** For each slot whether its rows are written as states, in an engine that does. */
  public final Optional<Vec<Bit>> asStates;

  /** A part and the distance of its row from the first. */
  record Placed(OutputPart part, UInt offset) implements Data {
    static Type<Placed> of(AttentionShape shape, AxiShape memory) {
      return () -> new Placed(OutputPart.of(shape).make(), uint(memory.addressBits()).make());
    }
  }

  /** For an engine of {@code shape} on ports of {@code memory}. */
  public OutputWriter(AttentionShape shape, AxiShape memory) {
    int slots = RowTag.ENTRIES;
    int addressBits = memory.addressBits();
    entries = in(Stream.of(EntryCommand.type()));
    parts = in(Stream.of(OutputPart.of(shape)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = out(Stream.of(AxiWriter.Beat.of(memory)));
    if (shape.blocks()) {
      exponentRequests =
          Optional.of(named("exponentRequests", out(Stream.of(AxiRequest.of(memory)))));
      exponentBeats =
          Optional.of(named("exponentBeats", out(Stream.of(AxiWriter.Beat.of(memory)))));
    } else {
      exponentRequests = Optional.empty();
      exponentBeats = Optional.empty();
    }
    busy = out(slots, bit());
    asStates =
        shape.states() ? Optional.of(named("asStates", out(slots, bit()))) : Optional.empty();
    document("Writes output rows to card memory.");
    parameter("VALUE_DIMENSION", shape.valueDimension());
    parameter("NORMALISERS", shape.normalisers());
    parameter("ROWS", shape.rows());
    parameter("PORT_BITS", memory.dataBits());

    // ---- entries in flight
    Vec<Bit> active = regs(slots, bit(), 0);
    Vec<UInt> output = regs(slots, uint(addressBits));
    Vec<UInt> stride = regs(slots, uint(32));
    Vec<UInt> rowsLeft = regs(slots, uint(shape.rowBits() + 1));
    Vec<Bit> codes = regs(slots, bit());
    Vec<Bit> wide = regs(slots, bit());
    Optional<Vec<Bit>> states = asStates.map(outputs -> named("states", regs(slots, bit())));
    EntryCommand entry = entries.payload;
    unused(entry.entry());
    entries.ready.set(true);
    UInt rows = entry.sourceRows().wrap(shape.rowBits() + 1);
    for (int slot : range(slots)) {
      when(
          entries.valid.and(entry.slot().eq(slot)),
          () -> {
            output.get(slot).set(entry.field(HeadEntry.OUTPUT, addressBits));
            stride.get(slot).set(entry.field(HeadEntry.OUTPUT_STRIDE));
            rowsLeft.get(slot).set(rows);
            codes.get(slot).set(entry.field(HeadEntry.OUTPUT_FORMAT).at(0));
            states.ifPresent(all -> all.get(slot).set(entry.field(HeadEntry.OUTPUT_FORMAT).at(1)));
            wide.get(slot).set(entry.field(HeadEntry.VALUE_LINES).at(1));
          });
    }

    // ---- rows
    Stream<Placed> placed =
        parts.stage(
            Placed.of(shape, memory),
            part -> {
              UInt rowStride = stride.at(part.tag().entry());
              UInt offset = part.tag().row().mul(rowStride);
              return new Placed(part, offset.pad(addressBits).wrap(addressBits));
            });
    OutputPart part = placed.payload.part();
    UInt slotNow = part.tag().entry();
    Bit asCodes = shape.blocks() ? codes.at(slotNow) : lit(false);
    UInt partNumber = reg(uint(bits(shape.valueDimension() / shape.normalisers())), 0);
    Bit opens = reg(bit(), 1);
    Bit passes = placed.fire();
    when(
        passes,
        () -> {
          opens.set(part.last());
          partNumber.set(mux(part.last(), 0, partNumber.inc()));
        });
    List<Stream<Placed>> copies = placed.fork(3);
    Stream<Placed> opening = copies.get(0).filter(p -> opens);
    requests.valid.set(opening.valid);
    opening.ready.set(requests.ready);
    int lines = shape.valueDimension() / GoldenHead.LINE;
    int lineBeats = GoldenHead.LINE * Float.BYTES / memory.bytes();
    UInt numberBeats =
        mux(
            lines == 1 ? lit(false) : wide.at(slotNow),
            lit(2L * lineBeats, AxiRequest.BEATS_BITS),
            lit(lineBeats, AxiRequest.BEATS_BITS));
    UInt passBeats = numberBeats;
    UInt wordBeats =
        states.map(all -> mux(all.at(slotNow), threeTimes(passBeats), passBeats)).orElse(passBeats);
    UInt codeBeats = lit(GoldenHead.LINE / memory.bytes(), AxiRequest.BEATS_BITS);
    UInt rowAddress = output.at(slotNow).wrapAdd(opening.payload.offset());
    connect(requests.payload, new AxiRequest(rowAddress, mux(asCodes, codeBeats, wordBeats)));
    unused(opening.payload.part());

    // What lies beyond the lines of a value is zero and is dropped.
    int partsOfLine = GoldenHead.LINE / shape.normalisers();
    Bit beyond = lines == 1 ? lit(false) : wide.at(slotNow).not().and(partNumber.ge(partsOfLine));
    Stream<Placed> data = copies.get(1).filter(p -> beyond.not());
    unused(data.payload.offset());
    Stream<UInt> numbers = wire(Stream.of(uint(part.numbers().width())));
    numbers.valid.set(data.valid.andNot(asCodes));
    numbers.payload.set(data.payload.part().numbers());
    Stream<UInt> numberWords = WidthAdapter.convert(numbers, memory.dataBits());
    Stream<UInt> words = numberWords;
    if (shape.blocks()) {
      Stream<UInt> rowCodes = wire(Stream.of(uint(part.codes().width())));
      rowCodes.valid.set(data.valid.and(asCodes));
      rowCodes.payload.set(data.payload.part().codes());
      Stream<UInt> codeWords = WidthAdapter.convert(rowCodes, memory.dataBits());
      data.ready.set(mux(asCodes, rowCodes.ready, numbers.ready));
      // Rows follow one another, so at most one of the two offers something.
      words = wire(Stream.of(uint(memory.dataBits())));
      words.valid.set(numberWords.valid.or(codeWords.valid));
      numberWords.ready.set(words.ready);
      codeWords.ready.set(words.ready);
      words.payload.set(mux(codeWords.valid, codeWords.payload, numberWords.payload));
    } else {
      data.ready.set(numbers.ready);
    }
    // Rows wait here for their address to pass, so that the next can be asked for.
    Stream<UInt> waiting = words.queue(BEATS_WAITING);
    beats.valid.set(waiting.valid);
    waiting.ready.set(beats.ready);
    connect(beats.payload, AxiWriter.Beat.whole(waiting.payload));

    // ---- the end of rows and entries
    Stream<Placed> exponents = copies.get(2);
    Bit ended = passes.and(part.last());
    UInt leftNow = rowsLeft.at(slotNow);
    Bit lastRow = ended.and(leftNow.eq(1));
    ExponentWriter writer = null;
    if (shape.blocks()) {
      writer = inst(new ExponentWriter(shape, memory));
      connect(writer.entry, entries.payload);
      writer.start.set(entries.valid);
      connect(writer.tag, part.tag());
      writer.partNumber.set(partNumber.pad(1).wrap(1));
      writer.exponents.set(exponents.payload.part().exponents());
      writer.write.set(exponents.valid);
      exponents.ready.set(true);
      writer.flush.set(lastRow.and(asCodes));
      writer.flushSlot.set(slotNow);
      connect(exponentRequests.orElseThrow(), writer.requests);
      connect(exponentBeats.orElseThrow(), writer.beats);
    } else {
      exponents.ready.set(true);
      unused(exponents.payload);
    }
    for (int slot : range(slots)) {
      Bit mine = slotNow.eq(slot);
      when(ended.and(mine), () -> rowsLeft.get(slot).set(rowsLeft.get(slot).dec()));
      Bit frees = lastRow.and(mine).andNot(asCodes);
      if (writer != null) {
        frees = frees.or(writer.flushed.and(writer.flushedSlot.eq(slot)));
      }
      Bit ends = frees;
      when(entries.valid.and(entry.slot().eq(slot)), () -> active.get(slot).set(true))
          .elseWhen(ends, () -> active.get(slot).set(false));
      busy.get(slot).set(active.get(slot));
      states.ifPresent(all -> asStates.orElseThrow().get(slot).set(all.get(slot)));
    }
  }

  private static UInt threeTimes(UInt beats) {
    return beats.wrapAdd(beats.shl(1).wrap(beats.width()));
  }
}

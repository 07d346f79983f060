package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.WeightFormat;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Fifo;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Collects the exponents of X8 rows, which end in any order, and writes those of an entry side by
 * side when it has all: one word of the memory a cycle, beside the rows of later entries.
 */
final class ExponentWriter extends Component {
  /** Lines whose addresses have been offered: so many pass one a cycle. */
  private static final int LINES_WAITING = 8;

  /** The entry that starts, with {@link #start}. */
  final EntryCommand entry;

  /** Whether an entry starts. */
  final Bit start;

  /** Row of the exponents. */
  final RowTag tag;

  /** Part of the row. */
  final UInt partNumber;

  /** Exponents of a part. */
  final UInt exponents;

  /** Keeps them. */
  final Bit write;

  /** Whether an entry has all its exponents. */
  final Bit flush;

  /** Which. */
  final UInt flushSlot;

  /** Ranges of card memory. */
  final Stream<AxiRequest> requests;

  /** The exponents. */
  final Stream<AxiWriter.Beat> beats;

  /** Whether the last exponents of an entry have been handed on. */
  final Bit flushed;

  /** Which entry's. */
  final UInt flushedSlot;

  /** For an engine of {@code shape} on ports of {@code memory}. */
  ExponentWriter(AttentionShape shape, AxiShape memory) {
    int slots = RowTag.ENTRIES;
    int wordBits = shape.normalisers() / WeightFormat.BLOCK * 8;
    int partsOfRow = shape.valueDimension() / shape.normalisers();
    int wordsPerLine = GoldenHead.LINE * 8 / wordBits;
    int wordNumberBits = shape.rowBits() + bits(partsOfRow) - (partsOfRow == 1 ? 1 : 0);
    entry = in(EntryCommand.type());
    start = in(bit());
    tag = in(RowTag.of(shape));
    partNumber = in(uint(1));
    exponents = in(uint(wordBits));
    write = in(bit());
    flush = in(bit());
    flushSlot = in(uint(2));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = out(Stream.of(AxiWriter.Beat.of(memory)));
    flushed = out(bit());
    flushedSlot = out(uint(2));
    document("Collects exponents of output rows and writes them side by side.");
    parameter("ROWS", shape.rows());
    parameter("NORMALISERS", shape.normalisers());
    parameter("PORT_BITS", memory.dataBits());

    Vec<UInt> address = regs(slots, uint(memory.addressBits()));
    Vec<UInt> counts = regs(slots, uint(wordNumberBits + 1));
    UInt count = entry.field(HeadEntry.ROWS).shl(Integer.numberOfTrailingZeros(partsOfRow));
    unused(entry.entry());
    for (int slot : range(slots)) {
      when(
          start.and(entry.slot().eq(slot)),
          () -> {
            address.get(slot).set(entry.field(HeadEntry.OUTPUT_EXPONENTS, memory.addressBits()));
            counts.get(slot).set(count.wrap(wordNumberBits + 1));
          });
    }

    // A line for each 64 exponents; a part writes its word of the line.
    int lineBits = GoldenHead.LINE * 8;
    int indexBits = bits(wordsPerLine);
    int lineNumberBits = wordNumberBits - indexBits;
    Mem<UInt> lines = mem(uint(lineBits), slots << lineNumberBits);
    UInt word = partsOfRow == 1 ? tag.row() : cat(tag.row(), partNumber);
    if (partsOfRow == 1) {
      unused(partNumber);
    }
    UInt line = cat(tag.entry(), word.slice(wordNumberBits - 1, indexBits));
    UInt mask = lit(1, 1).shl(word.slice(indexBits - 1, 0)).pad(wordsPerLine).wrap(wordsPerLine);
    UInt repeated = cat(Collections.nCopies(wordsPerLine, exponents));
    when(write, () -> lines.write(line, repeated, mask));

    Fifo<UInt> waiting = inst(new Fifo<>(uint(2), slots));
    waiting.push.valid.set(flush);
    waiting.push.payload.set(flushSlot);
    unused(waiting.push.ready);
    unused(waiting.level);

    Bit running = reg(bit(), 0);
    UInt slot = reg(uint(2));
    UInt number = reg(uint(lineNumberBits));
    UInt left = reg(uint(wordNumberBits + 1));
    UInt place = reg(uint(memory.addressBits()));
    Bit read = reg(bit(), 0);
    UInt next = waiting.pop.payload;
    waiting.pop.ready.set(running.not());
    when(
        waiting.pop.fire(),
        () -> {
          running.set(true);
          slot.set(next);
          number.set(0);
          left.set(counts.at(next));
          place.set(address.at(next));
        });

    Stream<UInt> exponentLines = wire(Stream.of(uint(lineBits)));
    Bit vacant = read.not().or(exponentLines.ready);
    Bit more = running.and(left.ne(0));
    Bit fetch = more.and(vacant);
    UInt stored = lines.readSync(cat(slot, number), fetch);
    UInt present = reg(uint(indexBits + 1));
    // What is left of the last line is filled with zeros.
    List<UInt> kept = new ArrayList<>();
    for (int i = wordsPerLine - 1; i >= 0; i--) {
      UInt exponentsOfWord = stored.slice(wordBits * i + wordBits - 1, wordBits * i);
      kept.add(mux(present.gt(i), exponentsOfWord, lit(0, wordBits)));
    }
    exponentLines.valid.set(read);
    exponentLines.payload.set(cat(kept));
    when(vacant, () -> read.set(more));
    Bit full = left.ge(wordsPerLine);
    when(
        fetch,
        () -> {
          number.set(number.inc());
          present.set(mux(full, lit(wordsPerLine, indexBits + 1), left.wrap(indexBits + 1)));
          left.set(mux(full, left.wrapSub(lit(wordsPerLine, left.width())), lit(0, left.width())));
        });

    // An address is offered only with its line, so that the writes of rows never wait for one.
    Stream<UInt> gathered = exponentLines.stage();
    List<Stream<UInt>> copies = gathered.fork(2);
    int beatsPerLine = MemoryLine.beats(memory);
    requests.valid.set(copies.get(0).valid);
    copies.get(0).ready.set(requests.ready);
    unused(copies.get(0).payload);
    connect(requests.payload, new AxiRequest(place, lit(beatsPerLine, AxiRequest.BEATS_BITS)));
    when(requests.fire(), () -> place.set(place.wrapAdd(lit(GoldenHead.LINE))));
    Bit finished = running.and(left.eq(0)).andNot(read).andNot(gathered.valid);
    when(finished, () -> running.set(false));
    flushed.set(finished);
    flushedSlot.set(slot);
    Stream<UInt> memoryWords =
        WidthAdapter.convert(copies.get(1).queue(LINES_WAITING), memory.dataBits());
    beats.valid.set(memoryWords.valid);
    memoryWords.ready.set(beats.ready);
    connect(beats.payload, AxiWriter.Beat.whole(memoryWords.payload));
  }
}

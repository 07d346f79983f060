package dev.heddle.accel.cache;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.attention.EntryTable;
import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiAddress;
import dev.heddle.lib.AxiRead;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.AxiWrite;
import dev.heddle.lib.AxiWriter;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;
import java.util.List;

/**
 * Executes {@link Operation#APPEND} and {@link Operation#COPY}: quantises keys and values of new
 * tokens and writes them to their places in a cache, or copies those of others there.
 *
 * <pre>
 *   table --> pieces of rows --> card memory --APPEND--> encoder --codes, exponents--.
 *                   |                 '--------COPY--------------------------------. |
 *                   '------------------------------------------------------------> writer --> card memory
 * </pre>
 *
 * What the next rows read is asked for while those before are written. With k lines of codes of a
 * key and v of a value, of b beats each, a row that is appended takes {@code 4 b (k + v)} cycles,
 * those of its numbers; one that is copied {@code b (k + v) + 1}, unless the bursts that may be in
 * flight, three a row, are too few for the latency of the memory. An entry that is copied also
 * waits for the memory to read its first row and to take its last.
 *
 * <p>A descriptor ends when all that it has written has arrived in card memory.
 */
public final class CacheEngine extends Component {
  /** Pieces whose data may be on its way. */
  private static final int PIECES = 16;

  /** Entries that may wait. */
  private static final int ENTRIES_AHEAD = 2;

  /** Exponents that may wait for the codes of their row to pass. */
  private static final int EXPONENTS = 4;

  /** The {@code qos} of reads and writes: the attention that follows waits for them. */
  private static final int PRIORITY = 2;

  /** Descriptors; taken when everything before has been written. */
  public final Stream<UInt> command;

  /** One in the last cycle of a descriptor. */
  public final Bit done;

  /** Beats taken in this cycle. */
  public final UInt beatsTaken;

  /** Whether card memory has answered with an error in this cycle. */
  public final Bit memoryError;

  /** Whether an infinite number has been quantised in this cycle. */
  public final Bit saturates;

  /** The masters that read: tables, and everything that entries name. */
  public final Vec<AxiRead> reads;

  /** The master that writes. */
  public final AxiWrite write;

  /** The engine of {@code configuration}, which has one. */
  public CacheEngine(Configuration configuration) {
    AttentionShape shape = configuration.attention().orElseThrow();
    int lines = Math.max(shape.keyDimension(), shape.valueDimension()) / MemoryLine.BYTES;
    AxiShape memory = CardMemory.master(configuration);
    command = in(Stream.of(uint(Operation.BYTES * 8)));
    done = out(bit());
    beatsTaken = out(uint(2));
    memoryError = out(bit());
    saturates = out(bit());
    reads = out(2, AxiRead.of(memory));
    write = out(AxiWrite.of(memory));
    document("Appends keys and values to caches, and copies them.");
    parameter("LINES", lines);
    parameter("PORT_BITS", configuration.portBits());

    AxiReader tableReader = inst("tableReader", new AxiReader(memory, CardMemory.occasional()));
    AxiReader rowReader =
        inst("rowReader", new AxiReader(memory, CardMemory.streaming(configuration)));
    AxiWriter rowWriter =
        inst("rowWriter", new AxiWriter(memory, CardMemory.streaming(configuration)));
    connectMemory(memory, List.of(tableReader, rowReader), rowWriter);
    EntryTable table = inst("entryTable", new EntryTable(Operation.APPEND, Operation.COPY, memory));
    RowPieces rows = inst("rowPieces", new RowPieces(memory));
    VectorEncoder encoder = inst("vectorEncoder", new VectorEncoder(lines, memory));
    PieceWriter writer = inst("pieceWriter", new PieceWriter(memory));

    connect(table.command, command);
    table.writesIdle.set(rowWriter.idle);
    done.set(table.done);
    Bit copies = table.second;
    connect(tableReader.requests, table.requests);
    connect(table.beats, tableReader.beats);
    table.entryEnds.set(writer.entryEnds);
    connect(rows.entries, table.entries.queue(ENTRIES_AHEAD));
    rows.copies.set(copies);
    rows.entryEnds.set(writer.entryEnds);
    connect(rowReader.requests, rows.requests);
    connect(writer.pieces, rows.pieces.queue(PIECES));
    writer.copies.set(copies);
    List<Stream<AxiReader.Beat>> routes = rowReader.beats.route(2, beat -> copies.asUInt());
    connect(encoder.beats, routes.get(0));
    connect(writer.read, MemoryLine.words(routes.get(1), memory.dataBits()));
    connect(writer.codes, WidthAdapter.convert(encoder.codes, memory.dataBits()));
    connect(
        writer.exponents,
        WidthAdapter.convert(encoder.exponents, 8 * RowPiece.PAIR_BYTES).queue(EXPONENTS));
    connect(rowWriter.requests, writer.requests);
    connect(rowWriter.beats, writer.beats);
    saturates.set(encoder.saturates);

    // An entry that is copied starts when all before has arrived.
    Bit settledBefore = next(rowWriter.idle, 0);
    rows.settled.set(rowWriter.idle.and(settledBefore));

    beatsTaken.set(tableReader.beats.fire().asUInt().add(rowReader.beats.fire().asUInt()));
    memoryError.set(tableReader.error.or(rowReader.error).or(rowWriter.error));
  }

  private void connectMemory(AxiShape memory, List<AxiReader> readers, AxiWriter writer) {
    for (int i : range(readers.size())) {
      AxiRead master = readers.get(i).memory;
      connect(
          reads.get(i).ar,
          master.ar.map(AxiAddress.of(memory), burst -> burst.withPriority(PRIORITY)));
      unused(master.ar.payload.qos());
      connect(master.r, reads.get(i).r);
      unused(readers.get(i).idle);
    }
    connect(
        write.aw,
        writer.memory.aw.map(AxiAddress.of(memory), burst -> burst.withPriority(PRIORITY)));
    unused(writer.memory.aw.payload.qos());
    connect(write.w, writer.memory.w);
    connect(writer.memory.b, write.b);
    unused(writer.done);
  }
}

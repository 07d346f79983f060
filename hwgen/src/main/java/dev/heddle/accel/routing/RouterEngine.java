package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.CardMemory;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.RouterShape;
import dev.heddle.accel.attention.EntryTable;
import dev.heddle.accel.attention.MemoryLine;
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
import dev.heddle.lib.Stream;
import java.util.List;

/**
 * Executes {@link Operation#ROUTE} and {@link Operation#SUMMARISE}: chooses, for the queries of a
 * token, the blocks of keys that they see, and makes the summaries of blocks that it chooses by.
 *
 * <pre>
 *   table --> entries --> requests --> card memory --> lines --> core --> lists, summaries
 *                  '-----------------------------------------------^
 * </pre>
 *
 * What the next entries read is asked for while those before are executed. With its lines there, a
 * route entry of q queries of n lines and b blocks takes
 *
 * <pre>
 *   queries      q + 4 q n
 *   gates        2 b n, and one cycle more for each 64 blocks
 *   page table   b, and one cycle for each zero at the end of the list
 *   beside       about 30: reads and writes on their way, two exponent lines, 10 from the last line of
 *                summaries to the choice ({@link GateUnit}, {@link LargestGates})
 * </pre>
 *
 * and a summary entry of k keys k + 4 k n for the keys, a cycle for each 16 of them, 8 n for the
 * summary, and about 12 beside when one follows another.
 */
public final class RouterEngine extends Component {
  /** Entries that may be asked for ahead of the one that is executed. */
  private static final int ENTRIES_AHEAD = 2;

  /** Requests whose lines may be on their way. */
  private static final int REQUESTS = 16;

  /** The {@code qos} of reads and writes: the attention that follows waits for them. */
  private static final int PRIORITY = 2;

  /** Descriptors; taken when everything before has been written. */
  public final Stream<UInt> command;

  /** One in the last cycle of a descriptor. */
  public final Bit done;

  /** Whether multipliers work in this cycle. */
  public final Bit busy;

  /** Beats taken in this cycle. */
  public final UInt beatsTaken;

  /** Whether card memory has answered with an error in this cycle. */
  public final Bit memoryError;

  /** Masters that read, in the order of {@link Reader}. */
  public final Vec<AxiRead> reads;

  /** The master that writes. */
  public final AxiWrite write;

  /** What the masters that read are for. */
  public enum Reader {
    /** Tables. */
    TABLE(0),
    /** Everything that entries name. */
    ENTRIES(3);

    private final int port;

    Reader(int port) {
      this.port = port;
    }

    /** The memory port that it reads from. */
    public int port(Configuration configuration) {
      return port % configuration.ports();
    }
  }

  /** The router of {@code configuration}, which has one. */
  public RouterEngine(Configuration configuration) {
    RouterShape shape = configuration.router().orElseThrow();
    int dimension = configuration.attention().map(AttentionShape::keyDimension).orElseThrow();
    AxiShape memory = CardMemory.master(configuration);
    command = in(Stream.of(uint(Operation.BYTES * 8)));
    done = out(bit());
    busy = out(bit());
    beatsTaken = out(uint(bits(Reader.values().length + 1)));
    memoryError = out(bit());
    reads = out(Reader.values().length, AxiRead.of(memory));
    write = out(AxiWrite.of(memory));
    document("Chooses the blocks of keys that queries see.");
    parameter("COUNT", shape.count());
    parameter("BLOCKS", shape.blocks());
    parameter("ROWS", shape.rows());
    parameter("DIMENSION", dimension);
    parameter("PORT_BITS", configuration.portBits());

    AxiReader tableReader = inst("tableReader", new AxiReader(memory, CardMemory.occasional()));
    AxiReader entryReader =
        inst("entryReader", new AxiReader(memory, CardMemory.streaming(configuration)));
    connectReads(memory, List.of(tableReader, entryReader));
    EntryTable table =
        inst("entryTable", new EntryTable(Operation.ROUTE, Operation.SUMMARISE, memory));
    RouterFetch fetch = inst("routerFetch", new RouterFetch(memory));
    RouterCore core = inst("routerCore", new RouterCore(shape, dimension, memory));
    connect(table.command, command);
    connect(tableReader.requests, table.requests);
    connect(table.beats, tableReader.beats);
    table.entryEnds.set(core.entryEnds);
    List<Stream<TableEntry>> entries =
        table.entries.map(TableEntry.type(), entry -> new TableEntry(entry, table.second)).fork(2);
    connect(fetch.entries, entries.get(0));
    connect(core.entries, entries.get(1).queue(ENTRIES_AHEAD));
    connect(entryReader.requests, fetch.requests);
    connect(core.requests, fetch.expected.queue(REQUESTS));
    connect(core.lines, MemoryLine.words(entryReader.beats, MemoryLine.BITS));
    busy.set(core.busy);

    AxiWriter writer =
        inst("entryWriter", new AxiWriter(memory, new AxiLimits(CardMemory.BURST_BEATS, 4)));
    connect(writer.requests, core.writes);
    connect(writer.beats, core.written);
    connect(
        write.aw,
        writer.memory.aw.map(AxiAddress.of(memory), burst -> burst.withPriority(PRIORITY)));
    unused(writer.memory.aw.payload.qos());
    connect(write.w, writer.memory.w);
    connect(writer.memory.b, write.b);
    unused(writer.done);

    table.writesIdle.set(writer.idle);
    done.set(table.done);

    UInt taken = tableReader.beats.fire().asUInt().add(entryReader.beats.fire().asUInt());
    beatsTaken.set(taken);
    memoryError.set(tableReader.error.or(entryReader.error).or(writer.error));
  }

  private void connectReads(AxiShape memory, List<AxiReader> readers) {
    for (int i : range(readers.size())) {
      AxiRead master = readers.get(i).memory;
      connect(
          reads.get(i).ar,
          master.ar.map(AxiAddress.of(memory), burst -> burst.withPriority(PRIORITY)));
      unused(master.ar.payload.qos());
      connect(master.r, reads.get(i).r);
      unused(readers.get(i).idle);
    }
  }
}

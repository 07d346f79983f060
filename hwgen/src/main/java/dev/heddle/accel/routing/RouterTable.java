package dev.heddle.accel.routing;

import static dev.heddle.accel.command.StructureBits.field;
import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.attention.MemoryLine;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/**
 * Reads the table of a {@link Operation#ROUTE} or {@link Operation#SUMMARISE}, ahead of its use.
 */
final class RouterTable extends Component {
  private static final int COUNT_BITS = 16;

  /** Descriptors; taken when all entries before have ended. */
  final Stream<UInt> command;

  /** The range of the table. */
  final Stream<AxiRequest> requests;

  /** The table. */
  final Stream<AxiReader.Beat> beats;

  /** Its entries. */
  final Stream<TableEntry> entries;

  /** Whether an entry ends in this cycle. */
  final Bit entryEnds;

  /** Whether entries are yet to end. */
  final Bit active;

  /** For ports of {@code memory}. */
  RouterTable(AxiShape memory) {
    command = in(Stream.of(uint(Operation.BYTES * 8)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    entries = out(Stream.of(TableEntry.type()));
    entryEnds = in(bit());
    active = out(bit());
    document("Reads route and summary tables.");
    parameter("PORT_BITS", memory.dataBits());

    UInt left = reg(uint(COUNT_BITS), 0);
    Bit summarises = reg(bit(), 0);
    UInt descriptor = command.payload;
    unused(descriptor);
    // Both operations have their operands in the same places.
    UInt count = field(descriptor, Operation.ROUTE.operand("entries"));
    UInt table = field(descriptor, Operation.ROUTE.operand("table"));
    Bit idle = left.eq(0);
    command.ready.set(idle.and(requests.ready));
    requests.valid.set(idle.and(command.valid));
    connect(
        requests.payload,
        new AxiRequest(table.wrap(memory.addressBits()), MemoryLine.beats(memory, count)));
    when(
            command.fire(),
            () -> {
              left.set(count);
              summarises.set(field(descriptor, Operation.CODE).eq(Operation.SUMMARISE.code()));
            })
        .elseWhen(entryEnds, () -> left.set(left.dec()));
    Stream<UInt> lines = MemoryLine.words(beats, MemoryLine.BITS);
    connect(entries, lines.map(TableEntry.type(), line -> new TableEntry(line, summarises)));
    active.set(idle.not());
  }
}

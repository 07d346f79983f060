package dev.heddle.accel.attention;

import static dev.heddle.accel.command.StructureBits.field;
import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/**
 * Reads the table of a descriptor, an entry a line, ahead of its use, for an engine with two
 * operations whose operands have the same places.
 */
public final class EntryTable extends Component {
  private static final int COUNT_BITS = 16;

  /** Descriptors; taken when all entries before have ended. */
  public final Stream<UInt> command;

  /** The range of the table. */
  public final Stream<AxiRequest> requests;

  /** The table. */
  public final Stream<AxiReader.Beat> beats;

  /** Its entries. */
  public final Stream<UInt> entries;

  /** Whether the descriptor asks for the second operation. */
  public final Bit second;

  /** Whether an entry ends in this cycle. */
  public final Bit entryEnds;

  /** Whether entries are yet to end. */
  public final Bit active;

  private final Operation operation;

  /** For two operations of an engine on ports of {@code memory}. */
  public EntryTable(Operation first, Operation other, AxiShape memory) {
    operation = first;
    command = in(Stream.of(uint(Operation.BYTES * 8)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    entries = out(Stream.of(uint(MemoryLine.BITS)));
    second = out(bit());
    entryEnds = in(bit());
    active = out(bit());
    document("Reads the tables of %s and %s.".formatted(first, other));
    parameter("PORT_BITS", memory.dataBits());

    UInt left = reg(uint(COUNT_BITS), 0);
    Bit isOther = reg(bit(), 0);
    UInt descriptor = command.payload;
    unused(descriptor);
    UInt count = field(descriptor, first.operand("entries"));
    UInt table = field(descriptor, first.operand("table"));
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
              isOther.set(field(descriptor, Operation.CODE).eq(other.code()));
            })
        .elseWhen(entryEnds, () -> left.set(left.dec()));
    connect(entries, MemoryLine.words(beats, MemoryLine.BITS));
    second.set(isOther);
    active.set(idle.not());
  }

  @Override
  protected String moduleName() {
    return "EntryTable_" + operation.name().toLowerCase(java.util.Locale.ROOT);
  }
}

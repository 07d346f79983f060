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
import java.util.Locale;

/**
 * Runs the descriptors of an engine with two operations whose operands have the same places: reads
 * the table of one, an entry a line, ahead of its use, and ends it when all of its entries have
 * ended and what they have written has arrived.
 */
public final class EntryTable extends Component {
  private static final int COUNT_BITS = 16;

  /** Descriptors; taken when those before have ended. */
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

  /** Whether all that was written has arrived. */
  public final Bit writesIdle;

  /** One in the last cycle of a descriptor. */
  public final Bit done;

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
    writesIdle = in(bit());
    done = out(bit());
    document("Reads the tables of %s and %s.".formatted(first, other));
    parameter("PORT_BITS", memory.dataBits());

    Bit running = reg(bit(), 0);
    UInt left = reg(uint(COUNT_BITS), 0);
    Bit isOther = reg(bit(), 0);
    UInt descriptor = command.payload;
    unused(descriptor);
    UInt count = field(descriptor, first.operand("entries"));
    UInt table = field(descriptor, first.operand("table"));
    command.ready.set(requests.ready.andNot(running));
    requests.valid.set(command.valid.andNot(running));
    connect(
        requests.payload,
        new AxiRequest(table.wrap(memory.addressBits()), MemoryLine.beats(memory, count)));
    when(
            command.fire(),
            () -> {
              running.set(true);
              left.set(count);
              isOther.set(field(descriptor, Operation.CODE).eq(other.code()));
            })
        .elseWhen(entryEnds, () -> left.set(left.dec()));
    connect(entries, MemoryLine.words(beats, MemoryLine.BITS));
    second.set(isOther);

    // The last writes reach the writer up to a cycle after the last entry has ended.
    Bit quiet = left.eq(0).and(writesIdle);
    Bit ends = running.and(next(running, 0)).and(quiet).and(next(quiet, 0));
    when(ends, () -> running.set(false));
    done.set(ends);
  }

  @Override
  protected String moduleName() {
    return "EntryTable_" + operation.name().toLowerCase(Locale.ROOT);
  }
}

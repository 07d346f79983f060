package dev.heddle.accel.attention;

import static dev.heddle.accel.command.StructureBits.field;
import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.Operation;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/**
 * Reads the head table of an {@link Operation#ATTEND} and starts its entries in order, each when a
 * slot is free, while those before it still run.
 */
public final class HeadTable extends Component {
  /** Descriptors; taken when the table before has been read to its end. */
  public final Stream<UInt> command;

  /** The range of the table. */
  public final Stream<AxiRequest> requests;

  /** The table. */
  public final Stream<AxiReader.Beat> beats;

  /** For each slot whether an entry in flight has it. */
  public final Vec<Bit> busy;

  /** The entries. */
  public final Stream<EntryCommand> entries;

  /** Whether a table is being read. */
  public final Bit active;

  /** For ports of {@code memory}. */
  public HeadTable(AxiShape memory) {
    int slots = RowTag.ENTRIES;
    command = in(Stream.of(uint(Operation.BYTES * 8)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    busy = in(slots, bit());
    entries = out(Stream.of(EntryCommand.type()));
    active = out(bit());
    document("Reads the head table and starts its entries.");
    parameter("PORT_BITS", memory.dataBits());

    UInt descriptor = command.payload;
    unused(descriptor);
    Bit running = reg(bit(), 0);
    UInt left = reg(uint(16));
    UInt slot = reg(uint(2), 0);
    UInt count = field(descriptor, Operation.ATTEND.operand("entries"));
    command.ready.set(running.not().and(requests.ready));
    requests.valid.set(running.not().and(command.valid));
    UInt lines = count.mul(lit(HeadEntry.BYTES / MemoryLine.BYTES));
    UInt table = field(descriptor, Operation.ATTEND.operand("table"));
    connect(
        requests.payload,
        new AxiRequest(table.wrap(memory.addressBits()), MemoryLine.beats(memory, lines)));
    when(
        command.fire(),
        () -> {
          running.set(true);
          left.set(count);
        });
    Stream<UInt> words = MemoryLine.words(beats, HeadEntry.BYTES * 8);
    // The slot is looked at once: it becomes busy while the entry is still on its way.
    Stream<UInt> starting = words.haltWhen(busy.at(slot));
    Stream<EntryCommand> started =
        starting.stage(EntryCommand.type(), word -> new EntryCommand(word, slot));
    connect(entries, started);
    when(
        starting.fire(),
        () -> {
          slot.set(slot.inc());
          left.set(left.dec());
          when(left.eq(1), () -> running.set(false));
        });
    active.set(running.or(entries.valid));
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/** Reads the masks of the rows of entries that have them, a mask a cycle, one cycle late. */
final class MaskLists extends Component {
  private static final int MASKS_PER_LINE = MemoryLine.BITS / RowMask.KEYS;

  /** Entries. */
  final Stream<EntryCommand> entries;

  /** Ranges of the masks. */
  final Stream<AxiRequest> requests;

  /** The masks as they lie in card memory. */
  final Stream<AxiReader.Beat> beats;

  /** The masks of the rows, in their order. */
  final Stream<RowMask> masks;

  /** Masks behind ports of {@code memory}. */
  MaskLists(AxiShape memory) {
    entries = in(Stream.of(EntryCommand.type()));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    masks = out(Stream.of(RowMask.type()));
    document("Reads the masks that say which keys rows see.");
    parameter("PORT_BITS", memory.dataBits());

    ListReader reader = inst("list", new ListReader(memory, RowMask.KEYS));
    Stream<EntryCommand> masked = entries.filter(entry -> entry.field(HeadEntry.MASKED).at(0));
    connect(
        reader.lists,
        masked.map(
            ListReader.Items.of(memory),
            entry -> {
              UInt count = entry.field(HeadEntry.ROWS);
              UInt address = entry.field(HeadEntry.MASKS, memory.addressBits());
              return ListReader.Items.of(address, count, MASKS_PER_LINE, entry.slot());
            }));
    unused(entries.payload.entry());
    connect(requests, reader.requests);
    connect(reader.beats, beats);
    unused(reader.items.payload.slot());
    unused(reader.items.payload.last());
    connect(masks, reader.items.stage(RowMask.type(), item -> RowMask.of(item.bits())));
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.hdl.Component;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import java.util.Locale;

/** Reads the lists of one kind that entries name, ahead of what works through them. */
final class EntryLists extends Component {
  /** Lists of an entry; it has one where a field is not zero. */
  enum Kind {
    /** Pages of keys and values, in lines from page 0. */
    PAGES(HeadEntry.PAGE_SIZE, HeadEntry.PAGES, HeadEntry.PAGE_COUNT, GoldenHead.PAGE_BYTES),
    /** Masks of the rows. */
    MASKS(HeadEntry.MASKED, HeadEntry.MASKS, HeadEntry.ROWS, GoldenHead.MASK_BYTES),
    /** Sinks of the rows. */
    SINKS(HeadEntry.SINKED, HeadEntry.SINKS, HeadEntry.ROWS, AttentionSink.BYTES);

    private final MemoryField present;
    private final MemoryField address;
    private final MemoryField count;
    private final int itemBytes;

    Kind(MemoryField present, MemoryField address, MemoryField count, int itemBytes) {
      this.present = present;
      this.address = address;
      this.count = count;
      this.itemBytes = itemBytes;
    }

    /** Bits of an item. */
    int itemBits() {
      return itemBytes * 8;
    }
  }

  /** Entries. */
  final Stream<EntryCommand> entries;

  /** Ranges of the lists. */
  final Stream<AxiRequest> requests;

  /** The lists as they lie in card memory. */
  final Stream<AxiReader.Beat> beats;

  /** Their items, one a cycle. */
  final Stream<ListReader.Item> items;

  private final Kind kind;

  /** Lists behind ports of {@code memory}. */
  EntryLists(AxiShape memory, Kind kind) {
    this.kind = kind;
    entries = in(Stream.of(EntryCommand.type()));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    items = out(Stream.of(ListReader.Item.of(kind.itemBits())));
    document("Reads the %s that entries list.".formatted(lowerCase()));
    parameter("PORT_BITS", memory.dataBits());

    ListReader reader = inst("list", new ListReader(memory, kind.itemBits()));
    Stream<EntryCommand> listed = entries.filter(entry -> entry.field(kind.present).ne(0));
    connect(
        reader.lists,
        listed.map(
            ListReader.Items.of(memory),
            entry ->
                ListReader.Items.of(
                    entry.field(kind.address, memory.addressBits()),
                    entry.field(kind.count),
                    MemoryLine.BYTES / kind.itemBytes,
                    entry.slot())));
    unused(entries.payload.entry());
    connect(requests, reader.requests);
    connect(reader.beats, beats);
    connect(items, reader.items);
  }

  private String lowerCase() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  protected String moduleName() {
    return "EntryLists_" + lowerCase();
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;

/** Reads the page lists of entries, for their keys or for their values, ahead of them. */
final class PageLists extends Component {
  /** Bits of a page in a list. */
  static final int PAGE_BITS = GoldenHead.PAGE_BYTES * 8;

  private static final int PAGES_PER_LINE = MemoryLine.BYTES / GoldenHead.PAGE_BYTES;

  /** Entries. */
  final Stream<EntryCommand> entries;

  /** Ranges of the lists. */
  final Stream<AxiRequest> requests;

  /** The lists. */
  final Stream<AxiReader.Beat> beats;

  /** The pages, in lines from page 0. */
  final Stream<UInt> pages;

  /** Lists behind ports of {@code memory}. */
  PageLists(AxiShape memory) {
    entries = in(Stream.of(EntryCommand.type()));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    pages = out(Stream.of(uint(PAGE_BITS)));
    document("Reads the lists of pages that hold keys and values.");
    parameter("PORT_BITS", memory.dataBits());

    ListReader reader = inst("list", new ListReader(memory, PAGE_BITS));
    Stream<EntryCommand> listed = entries.filter(entry -> entry.field(HeadEntry.PAGE_SIZE).ne(0));
    connect(
        reader.lists,
        listed.map(
            ListReader.Items.of(memory),
            entry -> {
              UInt count = entry.field(HeadEntry.PAGE_COUNT);
              UInt address = entry.field(HeadEntry.PAGES, memory.addressBits());
              return ListReader.Items.of(address, count, PAGES_PER_LINE, entry.slot());
            }));
    unused(entries.payload.entry());
    connect(requests, reader.requests);
    connect(reader.beats, beats);
    unused(reader.items.payload.slot());
    unused(reader.items.payload.last());
    connect(pages, reader.items.map(uint(PAGE_BITS), ListReader.Item::bits));
  }
}

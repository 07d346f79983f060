package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads lists of items of equal size from card memory, one item a cycle: a list starts with a line,
 * and a line holds as many items as it has room for, the first in the lowest bits.
 *
 * <p>A list is asked for while the items of those before still pass.
 */
final class ListReader extends Component {
  /**
   * A list.
   *
   * @param address byte address of its first line
   * @param lines lines that it fills, the last of them perhaps not whole
   * @param count items, at least one
   * @param slot slot of the entry that it belongs to
   */
  record Items(UInt address, UInt lines, UInt count, UInt slot) implements Data {
    /** The type on ports of {@code memory}. */
    static Type<Items> of(AxiShape memory) {
      return () ->
          new Items(
              uint(memory.addressBits()).make(), uint(32).make(), uint(32).make(), uint(2).make());
    }

    /** {@code count} items from {@code address} on, of which a line holds a power of two. */
    static Items of(UInt address, UInt count, int perLine, UInt slot) {
      UInt lines = count.add(perLine - 1).shr(bits(perLine)).pad(32).wrap(32);
      return new Items(address, lines, count, slot);
    }
  }

  /**
   * An item.
   *
   * @param bits what it holds
   * @param slot slot of its list
   * @param last whether it is the last of its list
   */
  record Item(UInt bits, UInt slot, Bit last) implements Data {
    /** The type of items of {@code bits} bits. */
    static Type<Item> of(int bits) {
      return () -> new Item(uint(bits).make(), uint(2).make(), bit().make());
    }
  }

  /** The items that are to pass. */
  private record Passing(UInt count, UInt slot) implements Data {
    static Type<Passing> type() {
      return () -> new Passing(uint(32).make(), uint(2).make());
    }
  }

  /** What is read, in this order. */
  final Stream<Items> lists;

  /** Ranges of card memory. */
  final Stream<AxiRequest> requests;

  /** What they hold. */
  final Stream<AxiReader.Beat> beats;

  /** The items of the lists. */
  final Stream<Item> items;

  private final String name;

  /** Lists of items of {@code itemBits} bits, behind ports of {@code memory}. */
  ListReader(AxiShape memory, int itemBits) {
    name = "ListReader_%dx%d_%d".formatted(memory.addressBits(), memory.dataBits(), itemBits);
    int perLine = MemoryLine.BITS / itemBits;
    lists = in(Stream.of(Items.of(memory)));
    requests = out(Stream.of(AxiRequest.of(memory)));
    beats = in(Stream.of(AxiReader.Beat.of(memory)));
    items = out(Stream.of(Item.of(itemBits)));
    document("Reads lists of items of " + itemBits + " bits, an item a cycle.");
    parameter("PORT_BITS", memory.dataBits());

    List<Stream<Items>> copies = lists.fork(2);
    connect(
        requests,
        copies
            .get(0)
            .map(
                AxiRequest.of(memory),
                list -> new AxiRequest(list.address(), MemoryLine.beats(memory, list.lines()))));
    Stream<Passing> waiting =
        copies
            .get(1)
            .map(Passing.type(), list -> new Passing(list.count(), list.slot()))
            .queue(RowTag.ENTRIES);

    Bit running = reg(bit(), 0);
    UInt left = reg(uint(32));
    UInt slot = reg(uint(2));
    UInt index = reg(uint(bits(perLine)), 0);
    waiting.ready.set(running.not());
    Stream<UInt> lines = MemoryLine.words(beats, MemoryLine.BITS);
    List<UInt> choices = new ArrayList<>();
    for (int i = 0; i < perLine; i++) {
      choices.add(lines.payload.slice(itemBits * (i + 1) - 1, itemBits * i));
    }
    UInt item = Vec.of(choices).at(index);
    Bit last = left.eq(1);
    Bit lastOfLine = index.eq(perLine - 1).or(last);
    items.valid.set(running.and(lines.valid));
    connect(items.payload, new Item(item, slot, last));
    lines.ready.set(running.and(items.ready).and(lastOfLine));
    when(
        waiting.fire(),
        () -> {
          running.set(true);
          left.set(waiting.payload.count());
          slot.set(waiting.payload.slot());
          index.set(0);
        });
    when(
        items.fire(),
        () -> {
          left.set(left.dec());
          index.set(mux(lastOfLine, 0, index.inc()));
          when(last, () -> running.set(false));
        });
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;

/**
 * Keeps the sinks of the rows of the entries in flight.
 *
 * <pre>
 *   items --> memory: slot, row --> sink, a cycle after it is asked for
 * </pre>
 */
final class RowSinks extends Component {
  /** Entries that start; taken at once. */
  final Stream<Start> starts;

  /** The sinks of those that have them, row after row; taken at once. */
  final Stream<ListReader.Item> items;

  /** The row that is looked at. */
  final RowTag tag;

  /** Whether its sink is read. */
  final Bit read;

  /** Whether the rows of its entry have sinks. */
  final Bit listed;

  /** Whether they are all there. */
  final Bit complete;

  /** The sink that was read last. */
  final Sink sink;

  /**
   * An entry that starts.
   *
   * @param slot its slot
   * @param listed whether its rows have sinks
   */
  record Start(UInt slot, Bit listed) implements Data {
    static Type<Start> type() {
      return () -> new Start(uint(bits(RowTag.ENTRIES)).make(), bit().make());
    }
  }

  /**
   * An {@link AttentionSink}.
   *
   * @param ceiling its maximum
   * @param weight its weight
   */
  record Sink(SInt ceiling, UInt weight) implements Data {
    static Type<Sink> type() {
      return () ->
          new Sink(sint(RowMaximum.CEILING_BITS).make(), uint(GoldenAttention.WEIGHT_BITS).make());
    }
  }

  /** For an engine of {@code shape}. */
  RowSinks(AttentionShape shape) {
    starts = in(Stream.of(Start.type()));
    items = in(Stream.of(ListReader.Item.of(AttentionSink.BYTES * 8)));
    tag = in(RowTag.of(shape));
    read = in(bit());
    listed = out(bit());
    complete = out(bit());
    sink = out(Sink.type());
    document("Sinks of the rows of the entries in flight.");
    parameter("ROWS", shape.rows());

    starts.ready.set(true);
    items.ready.set(true);
    ListReader.Item item = items.payload;
    Vec<Bit> have = regs(RowTag.ENTRIES, bit());
    Vec<Bit> all = regs(RowTag.ENTRIES, bit());
    for (int slot : range(RowTag.ENTRIES)) {
      Bit begins = starts.valid.and(starts.payload.slot().eq(slot));
      Bit ends = items.valid.and(item.last()).and(item.slot().eq(slot));
      when(begins, () -> have.get(slot).set(starts.payload.listed()));
      when(begins, () -> all.get(slot).set(false)).elseWhen(ends, () -> all.get(slot).set(true));
    }
    listed.set(have.at(tag.entry()));
    complete.set(all.at(tag.entry()));

    UInt row = reg(uint(shape.rowBits()), 0);
    when(items.valid, () -> row.set(mux(item.last(), 0, row.inc())));
    Mem<Sink> memory = mem(Sink.type(), RowTag.ENTRIES * shape.rows());
    UInt weight = item.bits().slice(Integer.SIZE + GoldenAttention.WEIGHT_BITS - 1, Integer.SIZE);
    SInt ceiling = item.bits().slice(RowMaximum.CEILING_BITS - 1, 0).asSInt();
    when(items.valid, () -> memory.write(cat(item.slot(), row), new Sink(ceiling, weight)));
    connect(sink, memory.readSync(cat(tag.entry(), tag.row()), read));
  }
}

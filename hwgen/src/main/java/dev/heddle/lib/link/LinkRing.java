package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Stream;

/**
 * A ring of bytes in block memory. A writer puts bytes anywhere between {@code limit} and {@code
 * head}, in any order, and hands them over by moving {@code limit}; they leave as a stream.
 *
 * <pre>
 *             head        limit       head
 *   ----------|###########|-----------|
 *    writer    to be read   writer
 * </pre>
 *
 * Latency 2 cycles from {@code limit} to the stream. In a cycle with a write nothing is fetched: so
 * no byte is read while it is written, and a memory whose ports do not define that will do.
 */
final class LinkRing extends Component {
  private final int depth;

  /** One writes {@code data} to {@code address}. */
  final Bit write = in(bit());

  /** Where to. */
  final UInt address;

  /** What. */
  final UInt data = in(uint(8));

  /** First place that was not handed over. */
  final UInt limit;

  /** First place that was not fetched. */
  final UInt head;

  /** What was handed over. */
  final Stream<UInt> bytes;

  /** One while nothing that was handed over is left. */
  final Bit empty;

  /** A ring of {@code depth} bytes, a power of two. */
  LinkRing(int depth) {
    this.depth = depth;
    int width = bits(depth);
    document("Ring of " + depth + " bytes.");
    address = in(uint(width));
    limit = in(uint(width));
    head = out(uint(width));
    bytes = out(Stream.of(uint(8)));
    empty = out(bit());

    Mem<UInt> memory = mem(uint(8), depth);
    UInt next = reg(uint(width), 0);
    Bit fetched = reg(bit(), 0);
    Bit vacant = bytes.ready.or(fetched.not());
    Bit waiting = next.ne(limit);
    Bit fetch = waiting.and(vacant).andNot(write);
    UInt word = memory.readSync(next, fetch);

    when(write, () -> memory.write(address, data));
    when(fetch, () -> next.set(next.inc()));
    when(vacant, () -> fetched.set(fetch));
    head.set(next);
    bytes.valid.set(fetched);
    bytes.payload.set(word);
    empty.set(waiting.or(fetched).not());
  }

  @Override
  protected String moduleName() {
    return "LinkRing_" + depth;
  }
}

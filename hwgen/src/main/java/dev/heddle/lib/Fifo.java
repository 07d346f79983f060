package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.isPowerOfTwo;
import static dev.heddle.hdl.Hdl.mux;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * First-in first-out queue of {@code depth} words in distributed memory.
 *
 * <p>Latency {@value #LATENCY} cycle from push to pop; one push and one pop in every cycle while it
 * is neither empty nor full. The word at the head is offered without being asked for. No path leads
 * from one side to the other without a register, except from the memory's read port to {@code pop}.
 * For more than about 64 words {@link BlockRamFifo} is smaller.
 *
 * <pre>
 *   clk    _/~\_/~\_/~\_/~\_
 *   push   &lt; A &gt;&lt; B &gt;-------
 *   level  0   &gt;&lt; 1 &gt;&lt; 1 &gt;&lt; 0
 *   pop    -----&lt; A &gt;&lt; B &gt;---
 * </pre>
 */
public final class Fifo<T extends Data> extends Component {
  /** Cycles from push to pop. */
  public static final int LATENCY = 1;

  private final String name;

  /** Where words go in. */
  public final Stream<T> push;

  /** Where they come out, in the same order. */
  public final Stream<T> pop;

  /** Words inside, 0 to {@code depth}. */
  public final UInt level;

  /** A queue of {@code depth} words, at least 2. */
  public Fifo(Type<T> type, int depth) {
    if (depth < 2) {
      throw new HdlException(
          "a queue of %d words; the smallest has 2, Stream.stage() holds one", depth);
    }
    name = "Fifo_" + type.width() + "x" + depth;
    document("First-in first-out queue of " + depth + " words.");
    push = in(Stream.of(type));
    pop = out(Stream.of(type));
    level = out(uint(bits(depth + 1)));

    Mem<T> words = mem(type, depth);
    UInt head = reg(uint(bits(depth)), 0);
    UInt tail = reg(uint(bits(depth)), 0);
    UInt count = reg(uint(bits(depth + 1)), 0);
    Bit pushed = push.fire();
    Bit popped = pop.fire();

    push.ready.set(count.ne(depth));
    pop.valid.set(count.ne(0));
    connect(pop.payload, words.read(head));
    level.set(count);

    when(
        pushed,
        () -> {
          words.write(tail, push.payload);
          tail.set(successor(tail, depth));
        });
    when(popped, () -> head.set(successor(head, depth)));
    when(pushed.andNot(popped), () -> count.set(count.inc()))
        .elseWhen(popped.andNot(pushed), () -> count.set(count.dec()));
  }

  /** The address after {@code address} in a ring of {@code depth} words. */
  static UInt successor(UInt address, int depth) {
    return isPowerOfTwo(depth) ? address.inc() : mux(address.eq(depth - 1), 0, address.inc());
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

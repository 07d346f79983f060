package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.connect;
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
 * First-in first-out queue in block memory, whose words take a cycle to read: {@code depth} words
 * in the memory and one more in its output register.
 *
 * <p>Latency {@value #LATENCY} cycles from push to pop; one push and one pop in every cycle while
 * it is neither empty nor full. The next word is read ahead of time into the output register of the
 * memory, so it is offered without being asked for. {@code pop.ready} leads combinationally to the
 * read enable of the memory.
 *
 * <pre>
 *   clk    _/~\_/~\_/~\_/~\_/~\_
 *   push   &lt; A &gt;&lt; B &gt;-----------
 *   fetch  _____/~~~~~~~\_______
 *   pop    ---------&lt; A &gt;&lt; B &gt;---
 * </pre>
 */
public final class BlockRamFifo<T extends Data> extends Component {
  /** Cycles from push to pop. */
  public static final int LATENCY = 2;

  private final String name;

  /** Where words go in. */
  public final Stream<T> push;

  /** Where they come out, in the same order. */
  public final Stream<T> pop;

  /** Words inside, 0 to {@code depth + 1}. */
  public final UInt level;

  /** A queue with a memory of {@code depth} words, at least 2. */
  public BlockRamFifo(Type<T> type, int depth) {
    if (depth < 2) {
      throw new HdlException("a queue of %d words; the smallest has 2", depth);
    }
    name = "BlockRamFifo_" + type.width() + "x" + depth;
    document("First-in first-out queue of " + depth + " words in block memory.");
    push = in(Stream.of(type));
    pop = out(Stream.of(type));
    level = out(uint(bits(depth + 2)));

    Mem<T> words = mem(type, depth);
    UInt head = reg(uint(bits(depth)), 0);
    UInt tail = reg(uint(bits(depth)), 0);
    UInt stored = reg(uint(bits(depth + 1)), 0);
    Bit fetched = reg(bit(), 0);
    Bit pushed = push.fire();
    Bit vacant = pop.ready.or(fetched.not());
    Bit fetch = stored.ne(0).and(vacant);
    // A word is never fetched while it is pushed, which the enable says again: synthesis adds
    // nothing then to a memory whose ports do not define it.
    T word = words.readSync(head, fetch.andNot(pushed.and(head.eq(tail))));

    push.ready.set(stored.ne(depth));
    pop.valid.set(fetched);
    connect(pop.payload, word);
    level.set(stored.add(fetched.asUInt()).wrap(level.width()));

    when(
        pushed,
        () -> {
          words.write(tail, push.payload);
          tail.set(Fifo.successor(tail, depth));
        });
    when(fetch, () -> head.set(Fifo.successor(head, depth)));
    when(vacant, () -> fetched.set(stored.ne(0)));
    when(pushed.andNot(fetch), () -> stored.set(stored.inc()))
        .elseWhen(fetch.andNot(pushed), () -> stored.set(stored.dec()));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

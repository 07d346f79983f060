package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.isPowerOfTwo;
import static dev.heddle.hdl.Hdl.lit;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.ClockDomain;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * First-in first-out queue of {@code depth} words from one clock domain to another.
 *
 * <p>Its first clock domain is that of {@code push}, the second, {@code pop}, that of {@code pop}:
 * {@code inst(new AsyncFifo<>(type, 16), writer, reader)}. Latency from push to pop 1 cycle of the
 * first clock and 2 to 3 of the second; a word that is popped makes room after as long the other
 * way round. One push and one pop in each cycle of their clocks once {@code depth} covers that way
 * there and back, which 8 words do for clocks of about the same speed.
 *
 * <p>The two sides exchange their pointers in {@link GrayCode}, each through a {@link
 * Synchronizer}, so that a pointer read while it changes is either the old or the new one. Both
 * resets are active together for at least one cycle of each clock. For synthesis the paths from
 * {@code tailCode} and {@code headCode} into the synchronisers are limited to one period of the
 * faster clock.
 *
 * <p>Source: C. E. Cummings, "Simulation and Synthesis Techniques for Asynchronous FIFO Design",
 * SNUG 2002, style 1.
 */
public final class AsyncFifo<T extends Data> extends Component {
  private final String name;

  /** Where words go in, in the first clock domain. */
  public final Stream<T> push;

  /** Where they come out, in the same order, in the second clock domain. */
  public final Stream<T> pop;

  /** A queue of {@code depth} words, a power of two and at least 2. */
  public AsyncFifo(Type<T> type, int depth) {
    if (depth < 2 || !isPowerOfTwo(depth)) {
      throw new HdlException(
          "an asynchronous queue of %d words; the depth must be a power of two, at least 2", depth);
    }
    name = "AsyncFifo_" + type.width() + "x" + depth;
    document("First-in first-out queue of " + depth + " words between two clocks.");
    ClockDomain reader = clockDomain("pop");
    push = in(Stream.of(type));
    pop = out(reader, Stream.of(type));

    // One bit more than an address has, which tells full from empty.
    int pointer = bits(depth) + 1;
    Mem<T> words = crossingMem(type, depth);
    UInt tail = reg(uint(pointer), 0);
    UInt tailCode = reg(uint(pointer), 0);
    Synchronizer<UInt> headSeen = inst(new Synchronizer<>(uint(pointer)));

    // Full when the tail is depth ahead: in Gray code the two highest bits differ.
    UInt full = headSeen.settled.xor(lit(3L << (pointer - 2), pointer));
    push.ready.set(tailCode.ne(full));
    when(
        push.fire(),
        () -> {
          words.write(tail.wrap(pointer - 1), push.payload);
          tail.set(tail.inc());
          tailCode.set(GrayCode.encode(tail.inc()));
        });

    clocked(
        reader,
        () -> {
          UInt head = reg(uint(pointer), 0);
          UInt headCode = reg(uint(pointer), 0);
          Synchronizer<UInt> tailSeen = inst(new Synchronizer<>(uint(pointer)));
          headSeen.source.set(headCode);
          tailSeen.source.set(tailCode);
          pop.valid.set(headCode.ne(tailSeen.settled));
          connect(pop.payload, words.read(head.wrap(pointer - 1)));
          when(
              pop.fire(),
              () -> {
                head.set(head.inc());
                headCode.set(GrayCode.encode(head.inc()));
              });
        });
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

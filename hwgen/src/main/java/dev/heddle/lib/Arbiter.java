package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.cat;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.lit;
import static dev.heddle.hdl.Hdl.mux;
import static dev.heddle.hdl.Hdl.range;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.vec;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Merges several streams into one, a payload or a packet at a time.
 *
 * <p>Latency 0 cycles, one payload in every cycle. Once an input is chosen it stays chosen until
 * its packet has passed, also while the output waits; a packet ends with the payload for which
 * {@code last} is one. In the cycle after that the next input is chosen without a gap.
 *
 * <pre>
 *   clk        _/~\_/~\_/~\_/~\_/~\_
 *   inputs[0]  &lt; A0    &gt;---&lt; A1    &gt;
 *   inputs[1]  &lt; B0        &gt;&lt; B1    &gt;
 *   output     &lt; A0    &gt;&lt; B0&gt;&lt; A1&gt;&lt; B1&gt;
 *   ready      _____/~~~~~~~~~~~~~~~
 * </pre>
 */
public final class Arbiter<T extends Data> extends Component {
  /** Who comes first when several inputs offer a payload. */
  public enum Policy {
    /** The input after the one that was chosen last: each waits for at most all others once. */
    ROUND_ROBIN,
    /** The input with the lowest number; the others may wait for ever. */
    FIXED_PRIORITY
  }

  private final String name;

  /** The streams to merge. */
  public final Vec<Stream<T>> inputs;

  /** All payloads of the inputs; those of one input in their order. */
  public final Stream<T> output;

  /** The input that {@code output} comes from; has no meaning while {@code output} is idle. */
  public final UInt chosen;

  /** Merges payload by payload. */
  public Arbiter(Type<T> type, int count, Policy policy) {
    this(type, count, policy, null);
  }

  /** Merges packet by packet: {@code last} says of a payload whether it ends its packet. */
  public Arbiter(Type<T> type, int count, Policy policy, Function<T, Bit> last) {
    if (count < 2) {
      throw new HdlException("an arbiter of %d streams; it needs at least 2", count);
    }
    name =
        (policy == Policy.ROUND_ROBIN ? "RoundRobin" : "Priority")
            + (last == null ? "Arbiter_" : "PacketArbiter_")
            + type.width()
            + "x"
            + count;
    document("Merges " + count + " streams.");
    inputs = in(vec(count, Stream.of(type)));
    output = out(Stream.of(type));
    chosen = out(uint(bits(count)));

    Bit held = reg(bit(), 0);
    UInt owner = reg(uint(bits(count)), 0);
    Vec<Bit> valid = Vec.of(inputs.stream().map(input -> input.valid).toList());
    UInt choice =
        switch (policy) {
          case FIXED_PRIORITY -> first(valid);
          case ROUND_ROBIN -> afterOwner(valid, owner);
        };
    UInt grant = mux(held, owner, choice);

    chosen.set(grant);
    output.valid.set(valid.at(grant));
    connect(output.payload, Vec.of(inputs.stream().map(input -> input.payload).toList()).at(grant));
    for (int i : range(count)) {
      inputs.get(i).ready.set(output.ready.and(grant.eq(i)));
    }
    Bit ends = last == null ? output.ready : output.ready.and(last.apply(output.payload));
    when(
        output.valid,
        () -> {
          owner.set(grant);
          held.set(ends.not());
        });
  }

  /** Places an arbiter in the component that owns the streams, and gives its output. */
  public static <T extends Data> Stream<T> merge(Policy policy, List<Stream<T>> streams) {
    return merge(policy, streams, null);
  }

  /** Places an arbiter for packets in the component that owns the streams; gives its output. */
  public static <T extends Data> Stream<T> merge(
      Policy policy, List<Stream<T>> streams, Function<T, Bit> last) {
    Stream<T> only = streams.get(0);
    if (streams.size() == 1) {
      return only;
    }
    Component parent = Component.of(only.valid);
    Arbiter<T> arbiter = parent.inst(new Arbiter<>(only.type(), streams.size(), policy, last));
    for (int i : range(streams.size())) {
      connect(arbiter.inputs.get(i), streams.get(i));
    }
    return arbiter.output;
  }

  /** Number of the lowest bit that is one; the highest number when none is. */
  private static UInt first(List<Bit> bits) {
    UInt lowest = lit(bits.size() - 1);
    for (int i = bits.size() - 2; i >= 0; i--) {
      lowest = mux(bits.get(i), i, lowest);
    }
    return lowest;
  }

  private static UInt afterOwner(List<Bit> valid, UInt owner) {
    int count = valid.size();
    List<Bit> later =
        IntStream.range(1, count).mapToObj(i -> valid.get(i).and(owner.lt(i))).toList();
    UInt next = first(later).add(1).wrap(bits(count));
    return mux(cat(later).any(), next, first(valid));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

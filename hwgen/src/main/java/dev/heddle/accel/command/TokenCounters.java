package dev.heddle.accel.command;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens that order engines: for each pair (from, to) a counter of the tokens that {@code from}
 * has released to {@code to} and that no descriptor of {@code to} has taken yet.
 *
 * <p>A descriptor with wait mask w starts when for every engine in w there is a token, and takes
 * one of each. A token that is released in a cycle can be taken in the next. A counter holds up to
 * {@value #MOST} tokens; one more is a mistake in the list, flagged by {@link #overflow}.
 */
public final class TokenCounters extends Component {
  /** Tokens that a counter holds. */
  public static final int MOST = 15;

  /** For each engine the wait mask of its next descriptor. */
  public final Vec<UInt> wanted;

  /** For each engine whether all tokens of that mask are there. */
  public final Vec<Bit> granted;

  /** For each engine whether it takes them in this cycle. */
  public final Vec<Bit> take;

  /** For each engine the release mask of the descriptor that ends. */
  public final Vec<UInt> released;

  /** For each engine whether a descriptor ends in this cycle. */
  public final Vec<Bit> give;

  /** Whether a counter has been full when a token came; stays one. */
  public final Bit overflow;

  /** Takes all tokens away. */
  public final Bit clear;

  /** Counters for {@code engines} engines. */
  public TokenCounters(int engines) {
    wanted = in(engines, uint(engines));
    granted = out(engines, bit());
    take = in(engines, bit());
    released = in(engines, uint(engines));
    give = in(engines, bit());
    overflow = out(bit());
    clear = in(bit());
    document("Counters of the tokens that order descriptors of different engines.");

    List<Bit> overflows = new ArrayList<>();
    for (int to : range(engines)) {
      Bit all = lit(true);
      for (int from : range(engines)) {
        UInt tokens = named("tokens_%d_to_%d".formatted(from, to), reg(uint(bits(MOST + 1)), 0));
        Bit takes = take.get(to).and(wanted.get(to).at(from));
        Bit gives = give.get(from).and(released.get(from).at(to));
        Bit full = tokens.eq(MOST);
        when(clear, () -> tokens.set(0))
            .elseWhen(gives.andNot(takes).andNot(full), () -> tokens.set(tokens.inc()))
            .elseWhen(takes.andNot(gives), () -> tokens.set(tokens.dec()));
        overflows.add(gives.andNot(takes).and(full));
        all = all.and(wanted.get(to).at(from).not().or(tokens.ne(0)));
      }
      granted.get(to).set(all);
    }
    Bit seen = reg(bit(), 0);
    when(clear, () -> seen.set(false)).elseWhen(reduce(overflows, Bit::or), () -> seen.set(true));
    overflow.set(seen);
  }
}

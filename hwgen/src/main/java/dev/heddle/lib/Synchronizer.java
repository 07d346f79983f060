package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.connect;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Type;

/**
 * Brings a signal of any clock domain into this one, through a chain of registers of which the
 * first may become metastable.
 *
 * <p>Latency {@code stages} cycles, give or take one. Each bit crosses on its own: more than one
 * bit crosses safely only when at most one of them changes at a time, as in a {@link GrayCode}. The
 * signal comes straight from a register of its domain, or a pulse between two values may be taken
 * for a value.
 *
 * <pre>
 *   clk      _/~\_/~\_/~\_/~\_
 *   source   __/~~~~~~~~~~~~~~
 *   settled  _________/~~~~~~~
 * </pre>
 */
public final class Synchronizer<T extends Data> extends Component {
  private final String name;

  /** The signal to bring in. */
  public final T source;

  /** The same signal in the domain of this component; zero in reset. */
  public final T settled;

  /** Two registers. */
  public Synchronizer(Type<T> type) {
    this(type, 2);
  }

  /** {@code stages} registers, at least 2; more for very fast clocks. */
  public Synchronizer(Type<T> type, int stages) {
    if (stages < 2) {
      throw new HdlException("a synchroniser of %d registers; it needs at least 2", stages);
    }
    name = "Synchronizer_" + type.width() + "x" + stages;
    document("Brings a signal of another clock domain into this one.");
    source = asynchronousIn(type);
    settled = out(type);
    T captured = capture(source, 0);
    T last = captured;
    for (int stage = 1; stage < stages; stage++) {
      last = next(last, 0);
    }
    connect(settled, last);
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

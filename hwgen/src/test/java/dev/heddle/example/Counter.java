package dev.heddle.example;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;

/** Counts to {@code limit - 1} and starts again; {@code wrap} marks the last count. */
public final class Counter extends Component {
  public final Bit enable;
  public final UInt value;
  public final Bit wrap;

  public Counter(int limit) {
    enable = in(bit());
    value = out(uint(bits(limit)));
    wrap = out(bit());

    UInt count = reg(uint(bits(limit)), 0);
    Bit last = count.eq(limit - 1);
    when(enable, () -> count.set(mux(last, 0, count.inc())));
    value.set(count);
    wrap.set(enable.and(last));
  }
}

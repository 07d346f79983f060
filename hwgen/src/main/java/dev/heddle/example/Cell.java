package dev.heddle.example;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;

/**
 * Weight-stationary cell of a systolic array: the weight moves down while {@code load} is one, the
 * activation moves east, the sum moves down, each by one cell a cycle.
 */
public final class Cell extends Component {
  public final Bit load = in(bit());
  public final SInt aIn = in(sint(8));
  public final SInt wIn = in(sint(8));
  public final SInt pIn = in(sint(32));
  public final SInt aOut = out(sint(8));
  public final SInt wOut = out(sint(8));
  public final SInt pOut = out(sint(32));

  public Cell() {
    SInt a = next(aIn, 0);
    SInt w = reg(sint(8), 0);
    when(load, () -> w.set(wIn));
    SInt p = next(pIn.add(aIn.mul(w)).wrap(32), 0);
    aOut.set(a);
    wOut.set(w);
    pOut.set(p);
  }
}

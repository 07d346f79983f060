package dev.heddle.example;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.Vec;

/** An {@code n x n} weight-stationary array of {@link Cell}, registered at both ends. */
public final class Systolic extends Component {
  public final Bit load;
  public final Vec<SInt> a;
  public final Vec<SInt> w;
  public final Vec<SInt> y;
  private final int n;

  public Systolic(int n) {
    this.n = n;
    load = in(bit());
    a = in(n, sint(8));
    w = in(n, sint(8));
    y = out(n, sint(32));

    Bit loadNow = next(load, 0);
    Vec<SInt> activations = next(a, 0);
    Vec<SInt> weights = next(w, 0);
    Vec<SInt> sums = regs(n, sint(32), 0);
    connect(y, sums);

    Cell[][] cells = new Cell[n][n];
    for (int r = 0; r < n; r++) {
      for (int c = 0; c < n; c++) {
        Cell cell = inst("cell_" + r + "_" + c, new Cell());
        cells[r][c] = cell;
        cell.load.set(loadNow);
        cell.aIn.set(c == 0 ? activations.get(r) : cells[r][c - 1].aOut);
        cell.wIn.set(r == 0 ? weights.get(c) : cells[r - 1][c].wOut);
        cell.pIn.set(r == 0 ? slit(0, 32) : cells[r - 1][c].pOut);
      }
    }
    for (int c = 0; c < n; c++) {
      sums.get(c).set(cells[n - 1][c].pOut);
    }
  }

  @Override
  protected String moduleName() {
    return "Systolic" + n;
  }
}

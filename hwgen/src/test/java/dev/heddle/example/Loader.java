package dev.heddle.example;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;

/** Waits for {@code start}, takes {@code rows} beats, then says {@code done} for one cycle. */
public final class Loader extends Component {
  enum Phase {
    IDLE,
    LOAD,
    DONE
  }

  public final Bit start = in(bit());
  public final Bit beat = in(bit());
  public final Bit loading = out(bit());
  public final Bit done = out(bit());

  public Loader(int rows) {
    State<Phase> phase = state(Phase.IDLE);
    UInt row = reg(uint(bits(rows)), 0);
    Bit lastRow = row.eq(rows - 1);
    match(
        phase,
        p ->
            switch (p) {
              case IDLE -> () -> when(start, () -> phase.set(Phase.LOAD));
              case LOAD ->
                  () ->
                      when(
                          beat,
                          () -> {
                            row.set(row.inc());
                            when(lastRow, () -> phase.set(Phase.DONE));
                          });
              case DONE ->
                  () -> {
                    row.set(0);
                    phase.set(Phase.IDLE);
                  };
            });
    loading.set(phase.is(Phase.LOAD));
    done.set(phase.is(Phase.DONE));
  }
}

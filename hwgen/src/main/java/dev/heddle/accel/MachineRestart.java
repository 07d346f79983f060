package dev.heddle.accel;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.match;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;

/** Resets a machine when the host asks for it, as soon as its memory port is quiet. */
public final class MachineRestart extends Component {
  private static final int RESET_CYCLES = 16;

  private enum Phase {
    RUN,
    STOP,
    RESET
  }

  /** The host asks. */
  public final Bit wanted = in(bit());

  /** The memory port is quiet. */
  public final Bit quiet = in(bit());

  /** One from when the host asks until the machine runs again. */
  public final Bit active = out(bit());

  /** The reset of the machine, from a register. */
  public final Bit restart = out(bit());

  /** A restart. */
  public MachineRestart() {
    document("Resets the machine for %d cycles between its bursts.".formatted(RESET_CYCLES));
    State<Phase> phase = state(Phase.RUN);
    UInt left = reg(uint(bits(RESET_CYCLES)), 0);
    match(
        phase,
        p ->
            switch (p) {
              case RUN -> () -> when(wanted, () -> phase.set(Phase.STOP));
              case STOP ->
                  () ->
                      when(
                          quiet,
                          () -> {
                            left.set(RESET_CYCLES - 1);
                            phase.set(Phase.RESET);
                          });
              case RESET ->
                  () -> {
                    left.set(left.dec());
                    when(left.eq(0), () -> phase.set(Phase.RUN));
                  };
            });
    active.set(phase.is(Phase.RUN).not());
    restart.set(next(phase.is(Phase.RESET), 0));
  }
}

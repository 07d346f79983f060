package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.connect;

import dev.heddle.hdl.Bit;

/** Lets a master that reads be stopped in good order, as {@link AxiGate} does. */
public final class AxiReadGate extends BurstGate {
  /** The master. */
  public final AxiRead master;

  /** The memory. */
  public final AxiRead memory;

  /** Whether bursts are kept from beginning. */
  public final Bit stop;

  /** One while {@code stop} is and no burst is on its way. */
  public final Bit quiet;

  private final AxiShape shape;
  private final int outstanding;

  /**
   * A gate.
   *
   * @param outstanding most bursts that are not answered
   */
  public AxiReadGate(AxiShape shape, int outstanding) {
    requireBursts(outstanding);
    this.shape = shape;
    this.outstanding = outstanding;
    document("Stops a master that reads between its bursts.");
    master = in(AxiRead.of(shape));
    memory = out(AxiRead.of(shape));
    stop = in(bit());
    quiet = out(bit());
    Bit readsQuiet =
        begin(
            stop, outstanding, master.ar, memory.ar, memory.r.fire().and(memory.r.payload.last()));
    connect(master.r, memory.r);
    quiet.set(stop.and(readsQuiet));
  }

  @Override
  protected String moduleName() {
    return "AxiReadGate_%dx%d_i%d_o%d"
        .formatted(shape.addressBits(), shape.dataBits(), shape.idBits(), outstanding);
  }
}

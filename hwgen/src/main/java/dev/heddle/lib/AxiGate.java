package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.connect;

import dev.heddle.hdl.Bit;

/**
 * Lets a master be stopped in good order: while {@code stop} is one no burst begins, and {@code
 * quiet} is one once all that have begun are answered, so that the master may be reset without the
 * memory waiting for it or answering what it has forgotten.
 *
 * <pre>
 *   clk     _/~\_/~\_/~\_/~\_/~\_
 *   stop    ___/~~~~~~~~~~~~~~~~~
 *   bursts  one more ends__________
 *   quiet   ___________/~~~~~~~~~
 * </pre>
 *
 * <p>The master goes on to send the data of the writes it has begun and to take what it has asked
 * for. No latency.
 */
public final class AxiGate extends BurstGate {
  /** The master. */
  public final Axi4 master;

  /** The memory. */
  public final Axi4 memory;

  /** Whether bursts are kept from beginning. */
  public final Bit stop;

  /** One while {@code stop} is and no burst is on its way. */
  public final Bit quiet;

  private final AxiShape shape;
  private final int outstanding;

  /**
   * A gate.
   *
   * @param outstanding most bursts of a direction that are not answered
   */
  public AxiGate(AxiShape shape, int outstanding) {
    requireBursts(outstanding);
    this.shape = shape;
    this.outstanding = outstanding;
    document("Stops a master between its bursts.");
    master = in(Axi4.of(shape));
    memory = out(Axi4.of(shape));
    stop = in(bit());
    quiet = out(bit());
    Bit readsQuiet =
        begin(
            stop,
            outstanding,
            master.read.ar,
            memory.read.ar,
            memory.read.r.fire().and(memory.read.r.payload.last()));
    Bit writesQuiet =
        begin(stop, outstanding, master.write.aw, memory.write.aw, memory.write.b.fire());
    connect(master.read.r, memory.read.r);
    connect(memory.write.w, master.write.w);
    connect(master.write.b, memory.write.b);
    quiet.set(stop.and(readsQuiet).and(writesQuiet));
  }

  @Override
  protected String moduleName() {
    return "AxiGate_%dx%d_i%d_o%d"
        .formatted(shape.addressBits(), shape.dataBits(), shape.idBits(), outstanding);
  }
}

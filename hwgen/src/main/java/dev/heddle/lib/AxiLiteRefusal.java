package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.lit;
import static dev.heddle.hdl.Hdl.unused;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;

/**
 * Answers every access with {@link AxiResponse#DECERR}: what a master reaches where there is
 * nothing. One access of each direction at a time.
 */
public final class AxiLiteRefusal extends Component {
  private final int addressBits;

  /** The master. */
  public final AxiLite bus;

  /** A refusal of addresses of {@code addressBits}, with words of 32 bits. */
  public AxiLiteRefusal(int addressBits) {
    this.addressBits = addressBits;
    document("Refuses every access.");
    bus = in(AxiLite.of(addressBits, RegisterMap.WORD_BITS));
    Bit written = reg(bit(), 0);
    Bit writes = bus.aw.valid.and(bus.w.valid).andNot(written);
    bus.aw.ready.set(writes);
    bus.w.ready.set(writes);
    bus.b.valid.set(written);
    when(writes, () -> written.set(true)).elseWhen(bus.b.ready, () -> written.set(false));
    Bit read = reg(bit(), 0);
    bus.ar.ready.set(read.not());
    bus.r.valid.set(read);
    when(bus.ar.fire(), () -> read.set(true)).elseWhen(bus.r.ready, () -> read.set(false));
    bus.b.payload.resp().set(AxiResponse.DECERR.literal());
    bus.r.payload.resp().set(AxiResponse.DECERR.literal());
    bus.r.payload.data().set(lit(0, RegisterMap.WORD_BITS));
    unused(bus.aw.payload);
    unused(bus.w.payload);
    unused(bus.ar.payload);
  }

  @Override
  protected String moduleName() {
    return "AxiLiteRefusal_" + addressBits;
  }
}

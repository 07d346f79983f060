package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.mux;
import static dev.heddle.hdl.Hdl.unused;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;

/**
 * Leads the lower half of a range of addresses to one slave and the upper half to another. One
 * access of each direction at a time; the slaves take the address and the data of a write together.
 */
public final class AxiLiteSplit extends Component {
  /** The master. */
  public final AxiLite bus;

  /** The slave of the lower half. */
  public final AxiLite lower;

  /** The slave of the upper half. */
  public final AxiLite upper;

  /** Whether no access of the lower half is on its way. */
  public final Bit lowerQuiet;

  private final int addressBits;

  /** A split of addresses of {@code addressBits}, with words of 32 bits, by the highest bit. */
  public AxiLiteSplit(int addressBits) {
    this.addressBits = addressBits;
    document("Leads each half of a range of addresses to a slave of its own.");
    bus = in(AxiLite.of(addressBits, RegisterMap.WORD_BITS));
    lower = out(AxiLite.of(addressBits - 1, RegisterMap.WORD_BITS));
    upper = out(AxiLite.of(addressBits - 1, RegisterMap.WORD_BITS));
    lowerQuiet = out(bit());

    Bit writing = reg(bit(), 0);
    Bit writesUpper = reg(bit(), 0);
    Bit writeUp = bus.aw.payload.addr().at(addressBits - 1);
    Bit write = bus.aw.valid.and(bus.w.valid).andNot(writing);
    Bit writeTaken = mux(writeUp, upper.aw.ready, lower.aw.ready);
    offer(lower, write.andNot(writeUp));
    offer(upper, write.and(writeUp));
    bus.aw.ready.set(write.and(writeTaken));
    bus.w.ready.set(write.and(writeTaken));
    bus.b.valid.set(writing.and(mux(writesUpper, upper.b.valid, lower.b.valid)));
    bus.b.payload.resp().set(mux(writesUpper, upper.b.payload.resp(), lower.b.payload.resp()));
    lower.b.ready.set(writing.and(bus.b.ready).andNot(writesUpper));
    upper.b.ready.set(writing.and(bus.b.ready).and(writesUpper));
    when(
            bus.aw.fire(),
            () -> {
              writing.set(true);
              writesUpper.set(writeUp);
            })
        .elseWhen(bus.b.fire(), () -> writing.set(false));

    Bit reading = reg(bit(), 0);
    Bit readsUpper = reg(bit(), 0);
    Bit readUp = bus.ar.payload.addr().at(addressBits - 1);
    lower.ar.valid.set(bus.ar.valid.andNot(reading).andNot(readUp));
    upper.ar.valid.set(bus.ar.valid.andNot(reading).and(readUp));
    bus.ar.ready.set(mux(readUp, upper.ar.ready, lower.ar.ready).andNot(reading));
    lead(lower.ar.payload, bus.ar.payload);
    lead(upper.ar.payload, bus.ar.payload);
    bus.r.valid.set(reading.and(mux(readsUpper, upper.r.valid, lower.r.valid)));
    bus.r.payload.data().set(mux(readsUpper, upper.r.payload.data(), lower.r.payload.data()));
    bus.r.payload.resp().set(mux(readsUpper, upper.r.payload.resp(), lower.r.payload.resp()));
    lower.r.ready.set(reading.and(bus.r.ready).andNot(readsUpper));
    upper.r.ready.set(reading.and(bus.r.ready).and(readsUpper));
    when(
            bus.ar.fire(),
            () -> {
              reading.set(true);
              readsUpper.set(readUp);
            })
        .elseWhen(bus.r.fire(), () -> reading.set(false));

    lowerQuiet.set(writing.andNot(writesUpper).or(reading.andNot(readsUpper)).not());
  }

  private void offer(AxiLite slave, Bit write) {
    slave.aw.valid.set(write);
    slave.w.valid.set(write);
    lead(slave.aw.payload, bus.aw.payload);
    connect(slave.w.payload, bus.w.payload);
    unused(slave.w.ready);
  }

  private void lead(AxiLite.Address slave, AxiLite.Address master) {
    slave.addr().set(master.addr().slice(addressBits - 2, 0));
    slave.prot().set(master.prot());
  }

  @Override
  protected String moduleName() {
    return "AxiLiteSplit_" + addressBits;
  }
}

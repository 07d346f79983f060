package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;

/**
 * Lets several masters read through one AXI4 port: their addresses take turns, and each beat goes
 * to the master whose number stands in the upper bits of its id.
 *
 * <pre>
 *   masters[0] --.                      id = number of the master | id of the master
 *   masters[1] --+--> memory
 *   masters[2] --'
 * </pre>
 *
 * No latency in either direction. A master that does not take a beat stalls all others; an {@link
 * AxiReader} always takes it.
 */
public final class AxiReadArbiter extends Component {
  /** The masters. */
  public final Vec<AxiRead> masters;

  /** The port they share; its ids are {@code bits(count)} bits wider than those of a master. */
  public final AxiRead memory;

  private final String name;

  /** Joins {@code count} masters, at least two, whose interfaces have {@code shape}. */
  public AxiReadArbiter(AxiShape shape, int count) {
    if (count < 2) {
      throw new HdlException("an arbiter of %d masters; it needs at least 2", count);
    }
    name =
        "AxiReadArbiter_%dx%d_i%d_n%d"
            .formatted(shape.addressBits(), shape.dataBits(), shape.idBits(), count);
    document("Joins %d read masters on one port.".formatted(count));
    int idBits = shape.idBits();
    AxiShape shared = sharedShape(shape, count);
    masters = in(count, AxiRead.of(shape));
    memory = out(AxiRead.of(shared));

    Arbiter<AxiAddress> arbiter =
        inst(new Arbiter<>(AxiAddress.of(shape), count, Arbiter.Policy.ROUND_ROBIN));
    for (int i : range(count)) {
      connect(arbiter.inputs.get(i), masters.get(i).ar);
    }
    AxiAddress address = arbiter.output.payload;
    memory.ar.valid.set(arbiter.output.valid);
    arbiter.output.ready.set(memory.ar.ready);
    connect(memory.ar.payload, address.withId(cat(arbiter.chosen, address.id())));

    AxiRead.Beat beat = memory.r.payload;
    UInt owner = beat.id().slice(shared.idBits() - 1, idBits);
    UInt id = beat.id().slice(idBits - 1, 0);
    for (int i : range(count)) {
      AxiChannel<AxiRead.Beat> r = masters.get(i).r;
      r.valid.set(memory.r.valid.and(owner.eq(i)));
      connect(r.payload, new AxiRead.Beat(id, beat.data(), beat.resp(), beat.last()));
    }
    memory.r.ready.set(Vec.of(masters.stream().map(master -> master.r.ready).toList()).at(owner));
  }

  /** The shape of the port that {@code count} masters with interfaces of {@code shape} share. */
  public static AxiShape sharedShape(AxiShape shape, int count) {
    return shape.withIdBits(shape.idBits() + bits(count));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;

/**
 * Lets several masters write through one AXI4 port: their addresses take turns, data follows in the
 * order of the addresses, and each response goes to the master whose number stands in the upper
 * bits of its id.
 *
 * <pre>
 *   masters[0] --.                      id = number of the master | id of the master
 *   masters[1] --+--> memory
 *   masters[2] --'
 * </pre>
 *
 * Latency: addresses {@value #ADDRESS_LATENCY} cycle, data and responses none. A master that has
 * sent an address holds up the data of the later ones until its own has passed; it must not wait
 * for them.
 */
public final class AxiWriteArbiter extends Component {
  /** Cycles that an address takes. */
  public static final int ADDRESS_LATENCY = 1;

  /** The masters. */
  public final Vec<AxiWrite> masters;

  /** The port they share; its ids are {@code bits(count)} bits wider than those of a master. */
  public final AxiWrite memory;

  private final String name;

  /**
   * Joins {@code count} masters, at least two, whose interfaces have {@code shape}.
   *
   * @param outstanding bursts whose data has not passed yet, at least two
   */
  public AxiWriteArbiter(AxiShape shape, int count, int outstanding) {
    if (count < 2) {
      throw new HdlException("an arbiter of %d masters; it needs at least 2", count);
    }
    name =
        "AxiWriteArbiter_%dx%d_i%d_n%d_o%d"
            .formatted(shape.addressBits(), shape.dataBits(), shape.idBits(), count, outstanding);
    document("Joins %d write masters on one port.".formatted(count));
    int idBits = shape.idBits();
    AxiShape shared = AxiReadArbiter.sharedShape(shape, count);
    masters = in(count, AxiWrite.of(shape));
    memory = out(AxiWrite.of(shared));

    Arbiter<AxiAddress> arbiter =
        inst(new Arbiter<>(AxiAddress.of(shape), count, Arbiter.Policy.ROUND_ROBIN));
    // Whose data comes next; known before the memory takes the address, because it may wait for
    // the data first.
    Fifo<UInt> order = inst(new Fifo<>(uint(bits(count)), outstanding));
    for (int i : range(count)) {
      connect(arbiter.inputs.get(i), masters.get(i).aw);
    }
    Bit full = reg(bit(), 0);
    AxiAddress held = reg(AxiAddress.of(shared));
    Bit vacant = full.not().or(memory.aw.ready);
    Bit granted = arbiter.output.valid.and(order.push.ready).and(vacant);
    AxiAddress address = arbiter.output.payload;
    arbiter.output.ready.set(order.push.ready.and(vacant));
    order.push.valid.set(granted);
    order.push.payload.set(arbiter.chosen);
    when(memory.aw.ready, () -> full.set(false));
    when(
        granted,
        () -> {
          full.set(true);
          connect(held, address.withId(cat(arbiter.chosen, address.id())));
        });
    memory.aw.valid.set(full);
    connect(memory.aw.payload, held);

    UInt writer = order.pop.payload;
    Bit valid = Vec.of(masters.stream().map(master -> master.w.valid).toList()).at(writer);
    AxiWrite.Beat beat =
        Vec.of(masters.stream().map(master -> master.w.payload).toList()).at(writer);
    memory.w.valid.set(order.pop.valid.and(valid));
    connect(memory.w.payload, beat);
    order.pop.ready.set(valid.and(memory.w.ready).and(beat.last()));

    AxiWrite.Response response = memory.b.payload;
    UInt owner = response.id().slice(shared.idBits() - 1, idBits);
    UInt id = response.id().slice(idBits - 1, 0);
    for (int i : range(count)) {
      AxiWrite master = masters.get(i);
      master.w.ready.set(order.pop.valid.and(writer.eq(i)).and(memory.w.ready));
      master.b.valid.set(memory.b.valid.and(owner.eq(i)));
      connect(master.b.payload, new AxiWrite.Response(id, response.resp()));
    }
    memory.b.ready.set(Vec.of(masters.stream().map(master -> master.b.ready).toList()).at(owner));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.connect;
import static dev.heddle.hdl.Hdl.uint;
import static dev.heddle.hdl.Hdl.when;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.UInt;

/** A component that keeps the bursts of a master from beginning, and counts those on their way. */
abstract class BurstGate extends Component {
  /** Refuses a gate that lets nothing through. */
  static void requireBursts(int outstanding) {
    if (outstanding < 1) {
      throw new HdlException("%d bursts at once; there is at least 1", outstanding);
    }
  }

  /**
   * Passes addresses on.
   *
   * @param stop whether bursts are kept from beginning
   * @param outstanding most bursts that are not answered
   * @param answered the end of a burst
   * @return whether none waits and all are answered
   */
  protected final <T extends Data> Bit begin(
      Bit stop, int outstanding, AxiChannel<T> from, AxiChannel<T> to, Bit answered) {
    // An address that was offered stays until it is taken.
    Bit offered = reg(bit(), 0);
    Bit blocked = stop.andNot(offered);
    to.valid.set(from.valid.andNot(blocked));
    from.ready.set(to.ready.andNot(blocked));
    connect(to.payload, from.payload);
    offered.set(to.valid.andNot(to.ready));
    UInt open = reg(uint(bits(outstanding + 1)), 0);
    when(to.fire().andNot(answered), () -> open.set(open.inc()))
        .elseWhen(answered.andNot(to.fire()), () -> open.set(open.dec()));
    return open.eq(0).andNot(offered);
  }
}

package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;

/**
 * Says when the bits of an asynchronous serial line pass.
 *
 * <p>A counter of whole cycles runs down to the next tick. What is left of a cycle goes into the
 * next bit, so that tick {@code n} comes {@code floor(n * period)} cycles after the timer was let
 * go, however large {@code n}: edges do not drift.
 *
 * <pre>
 *   clk    _/~\_/~\_/~\_/~\_/~\_/~\_/~\_/~\_/~\_/~\_     period 4.5
 *   hold   ~~~~\____________________________________
 *   tick   ________________/~~~\_______________/~~~\_    after 4 and after 9 cycles
 * </pre>
 */
final class UartTimer extends Component {
  private static final int WHOLE_BITS = UartPeriod.BITS - UartPeriod.FRACTION_BITS;

  /** Which bit comes first when the timer is let go. */
  enum First {
    /** A whole one: the timer of a transmitter. */
    WHOLE,
    /** Half a bit, so that later ticks fall in the middle of bits: the timer of a receiver. */
    HALF
  }

  private final String name;

  /** Length of a bit ({@link UartPeriod}). */
  final UInt period = in(uint(UartPeriod.BITS));

  /** One while the timer waits at the beginning. */
  final Bit hold = in(bit());

  /** One in the last cycle of each bit. */
  final Bit tick = out(bit());

  UartTimer(First first) {
    name = "UartTimer_" + first.name().toLowerCase(java.util.Locale.ROOT);
    document("Times the bits of an asynchronous serial line.");
    UInt whole = reg(uint(WHOLE_BITS), 1);
    UInt fraction = reg(uint(UartPeriod.FRACTION_BITS), 0);
    Bit reload = hold.or(tick);
    UInt kept = mux(hold, 0, fraction);
    UInt next = period.wrapAdd(kept.pad(UartPeriod.BITS));
    UInt nextFraction = next.wrap(UartPeriod.FRACTION_BITS);

    if (first == First.HALF) {
      // Half a bit is a whole one at twice the speed.
      Bit isFirst = named("isFirst", reg(bit(), 0));
      UInt speed = named("speed", cat(isFirst, isFirst.not()));
      tick.set(mux(isFirst, whole.shr(1), whole).eq(1));
      when(
              reload,
              () -> {
                isFirst.set(hold);
                whole.set(next.shr(UartPeriod.FRACTION_BITS));
                fraction.set(mux(hold, 0, nextFraction));
              })
          .otherwise(() -> whole.set(whole.sub(speed).wrap(WHOLE_BITS).asUInt()));
    } else {
      tick.set(whole.eq(1));
      when(
              reload,
              () -> {
                whole.set(next.shr(UartPeriod.FRACTION_BITS));
                fraction.set(nextFraction);
              })
          .otherwise(() -> whole.set(whole.dec()));
    }
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

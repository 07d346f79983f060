package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;

/**
 * Transmitter of an asynchronous serial line: 8 data bits, the lowest first, no parity, one stop
 * bit.
 *
 * <p>The start bit begins 1 cycle after a byte has passed. A byte takes ten bits; the next one is
 * taken in the last cycle of its stop bit, so that bytes follow each other without a gap and
 * without drift. A new {@code period} holds from the next bit.
 *
 * <pre>
 *   bytes   &lt; A &gt;---------------------------&lt; B &gt;---
 *   line    ~~~~\_____&lt; a0 &gt;&lt; a1 &gt; ... &lt; a7 &gt;/~~~~\____
 *               start                        stop  start
 * </pre>
 */
public final class UartTransmitter extends Component {
  private static final int DATA_BITS = 8;
  private static final int FRAME_BITS = DATA_BITS + 2;

  /** Length of a bit ({@link UartPeriod}). */
  public final UInt period = in(uint(UartPeriod.BITS));

  /** What to send. */
  public final Stream<UInt> bytes = in(Stream.of(uint(DATA_BITS)));

  /** The line, from a register; one while nothing is sent. */
  public final Bit line = out(bit());

  /** One while no byte is inside: the last stop bit has passed. */
  public final Bit idle = out(bit());

  /** A transmitter. */
  public UartTransmitter() {
    document("Transmitter of an asynchronous serial line, 8 data bits and one stop bit.");
    UInt bitsLeft = reg(uint(bits(FRAME_BITS + 1)), 0);
    UInt data = reg(uint(DATA_BITS));
    Bit level = reg(bit(), 1);
    Bit stopped = bitsLeft.eq(0);
    UartTimer timer = inst(new UartTimer(UartTimer.First.WHOLE));
    timer.period.set(period);
    timer.hold.set(stopped);

    idle.set(stopped);
    line.set(level);
    bytes.ready.set(stopped.or(timer.tick.and(bitsLeft.eq(1))));
    when(
            bytes.fire(),
            () -> {
              bitsLeft.set(FRAME_BITS);
              data.set(bytes.payload);
              level.set(false);
            })
        .elseWhen(
            timer.tick.andNot(stopped),
            () -> {
              bitsLeft.set(bitsLeft.dec());
              data.set(cat(lit(true), data.slice(DATA_BITS - 1, 1)));
              level.set(data.at(0));
            });
  }
}

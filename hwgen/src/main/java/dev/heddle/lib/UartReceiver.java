package dev.heddle.lib;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;

/**
 * Receiver of an asynchronous serial line: 8 data bits, the lowest first, no parity, one stop bit.
 *
 * <p>The falling edge of the start bit starts the timer; each bit is sampled once, in its middle. A
 * start bit that is one in its middle was a glitch and is forgotten. After the middle of a good
 * stop bit the next start bit may come, so a sender may be faster or slower than {@code period}
 * says: by 2 % at 4 cycles a bit, by 4 % at 100. After a bad stop bit the receiver waits until the
 * line is one again: a break of any length is one damaged byte.
 *
 * <pre>
 *   line    ~~~\_____/~~~~~\_____ ... ~~~~~~~/~~~~~\___
 *              start   d0    d1          d7    stop  start
 *   sample         ^     ^     ^          ^     ^
 *   bytes   ______________________ ... ______________/~~~
 * </pre>
 *
 * Latency 3 cycles from the middle of the stop bit on the line. A byte waits for its reader until
 * the middle of the next stop bit; one that comes then is lost, and the next one damaged.
 */
public final class UartReceiver extends Component {
  private static final int DATA_BITS = 8;

  private enum Phase {
    RECOVER,
    IDLE,
    START,
    DATA,
    STOP
  }

  /** The line, in no clock domain. */
  public final Bit line = asynchronousIn(bit());

  /** Length of a bit ({@link UartPeriod}). */
  public final UInt period = in(uint(UartPeriod.BITS));

  /** What came. */
  public final Stream<UartByte> bytes = out(Stream.of(UartByte.type()));

  /** A receiver. */
  public UartReceiver() {
    document("Receiver of an asynchronous serial line, 8 data bits and one stop bit.");
    Synchronizer<Bit> synchronizer = inst(new Synchronizer<>(bit()));
    synchronizer.source.set(line);
    Bit level = synchronizer.settled;
    // The synchroniser is zero in reset, which is no start bit.
    State<Phase> phase = state(Phase.RECOVER);
    UartTimer timer = inst(new UartTimer(UartTimer.First.HALF));
    timer.period.set(period);
    timer.hold.set(phase.is(Phase.IDLE));
    Bit sample = timer.tick;

    UInt index = reg(uint(bits(DATA_BITS)), 0);
    UInt data = reg(uint(DATA_BITS));
    Bit full = reg(bit(), 0);
    Bit lost = reg(bit(), 0);
    UInt keptData = reg(uint(DATA_BITS));
    Bit keptDamaged = reg(bit());
    bytes.valid.set(full);
    bytes.payload.data().set(keptData);
    bytes.payload.damaged().set(keptDamaged);
    Bit vacant = full.not().or(bytes.ready);
    when(bytes.ready, () -> full.set(false));

    match(
        phase,
        p ->
            switch (p) {
              case RECOVER -> () -> when(level, () -> phase.set(Phase.IDLE));
              case IDLE -> () -> when(level.not(), () -> phase.set(Phase.START));
              case START -> () -> when(sample, () -> phase.set(level, Phase.IDLE, Phase.DATA));
              case DATA ->
                  () ->
                      when(
                          sample,
                          () -> {
                            data.set(cat(level, data.slice(DATA_BITS - 1, 1)));
                            index.set(index.inc());
                            when(index.eq(DATA_BITS - 1), () -> phase.set(Phase.STOP));
                          });
              case STOP ->
                  () ->
                      when(
                          sample,
                          () -> {
                            phase.set(level, Phase.IDLE, Phase.RECOVER);
                            lost.set(vacant.not());
                            when(
                                vacant,
                                () -> {
                                  full.set(true);
                                  keptData.set(data);
                                  keptDamaged.set(level.not().or(lost));
                                });
                          });
            });
  }
}

package dev.heddle.lib.link;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.UartPeriod;

/**
 * The rate of the line: a new one is on trial until a sound frame comes with it, and else given up
 * for the one before after {@link LinkProtocol#RATE_TRIAL_MILLIS}.
 */
final class LinkRate extends Component {
  private final LinkParameters parameters;

  /** One puts {@code wanted} on trial. */
  final Bit change = in(bit());

  /** The new period ({@link UartPeriod}). */
  final UInt wanted = in(uint(UartPeriod.BITS));

  /** One when a sound frame has come. */
  final Bit sound = in(bit());

  /** Length of a bit, from the cycle after {@code change}. */
  final UInt period = out(uint(UartPeriod.BITS));

  LinkRate(LinkParameters parameters) {
    this.parameters = parameters;
    document("Rate of a link, with a trial of a new one.");
    int cycles = parameters.trialCycles();
    UInt used = reg(uint(UartPeriod.BITS), parameters.period());
    UInt before = reg(uint(UartPeriod.BITS));
    UInt cyclesLeft = reg(uint(bits(cycles)));
    Bit trying = reg(bit(), 0);

    period.set(used);
    when(trying, () -> cyclesLeft.set(cyclesLeft.dec()))
        .otherwise(() -> cyclesLeft.set(cycles - 1));
    when(
            change,
            () -> {
              before.set(used);
              used.set(wanted);
              trying.set(true);
            })
        .elseWhen(sound, () -> trying.set(false))
        .elseWhen(
            trying.and(cyclesLeft.eq(0)),
            () -> {
              used.set(before);
              trying.set(false);
            });
  }

  @Override
  protected String moduleName() {
    return "LinkRate_%d_%d".formatted(parameters.period(), parameters.trialCycles());
  }
}

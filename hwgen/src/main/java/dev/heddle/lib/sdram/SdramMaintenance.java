package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.State;
import dev.heddle.hdl.UInt;

/**
 * What a chip needs besides accesses: it starts it, and refreshes its rows.
 *
 * <p>Start: {@code powerUp} cycles without a command, PRECHARGE of all banks, eight REFRESH, MODE
 * REGISTER SET. Afterwards a REFRESH falls due at every interval. It is done when nothing else is
 * to be done; under load {@link #POSTPONED} of them are collected and done in a row, since each
 * pause costs a precharge of all banks and the activation of a row besides the refreshes. Either
 * way all rows are closed at least every {@code POSTPONED + 1} intervals.
 */
final class SdramMaintenance extends Component {
  /** REFRESH commands that may be due before accesses have to stop. */
  static final int POSTPONED = 4;

  private static final int REFRESHES_OF_START = 8;
  private static final int CAS_LATENCY_FROM = 4;

  /** Where a pause for maintenance is. */
  private enum Phase {
    POWER_UP,
    ACCESS,
    CLOSE,
    REFRESH,
    CONFIGURE
  }

  /** One when there was nothing to do in the last cycle. */
  final Bit idle = in(bit());

  /** One when no access is under way and every bank may be precharged. */
  final Bit quiet = in(bit());

  /** One while no access may begin. */
  final Bit hold = out(bit());

  /** One until the chip is configured. */
  final Bit starting = out(bit());

  /** One when there is a command. */
  final Bit valid = out(bit());

  /** The command. */
  final UInt code = out(uint(SdramCommand.BITS));

  /** Its address pins. */
  final UInt address;

  private final String name;

  /** Maintenance of {@code device} with the times {@code cycles}. */
  SdramMaintenance(SdramDevice device, SdramCycles cycles) {
    name = "SdramMaintenance_" + device.name();
    document(
        "Starts the chip, and refreshes it every %d cycles.".formatted(cycles.refreshInterval()));
    address = out(uint(device.rowBits()));

    State<Phase> phase = state(Phase.POWER_UP);
    UInt timer =
        reg(uint(bits(Math.max(cycles.powerUp(), cycles.refreshInterval()))), cycles.powerUp() - 1);
    Bit elapsed = timer.eq(0);
    timer.set(mux(elapsed, cycles.refreshInterval() - 1, timer.dec()));

    UInt due = reg(uint(bits(REFRESHES_OF_START + POSTPONED)), REFRESHES_OF_START);
    UInt pause = reg(uint(bits(Math.max(cycles.rfc(), Math.max(cycles.rp(), cycles.mrd())))), 0);
    Bit ready = pause.eq(0);
    when(ready.not(), () -> pause.set(pause.dec()));

    Bit close = phase.is(Phase.CLOSE).and(quiet);
    Bit refresh = phase.is(Phase.REFRESH).and(ready).and(due.ne(0));
    Bit configured = reg(bit(), 0);
    Bit configure = phase.is(Phase.CONFIGURE).and(ready).andNot(configured);
    Bit falls = elapsed.andNot(phase.is(Phase.POWER_UP));
    when(falls.andNot(refresh), () -> due.set(due.inc()))
        .elseWhen(refresh.andNot(falls), () -> due.set(due.dec()));
    when(close, () -> pause.set(cycles.rp() - 1))
        .elseWhen(refresh, () -> pause.set(cycles.rfc() - 1))
        .elseWhen(configure, () -> pause.set(cycles.mrd() - 1));
    when(configure, () -> configured.set(true));
    match(
        phase,
        p ->
            switch (p) {
              case POWER_UP -> () -> when(elapsed, () -> phase.set(Phase.CLOSE));
              case ACCESS ->
                  () -> {
                    Bit wanted = due.ge(POSTPONED).or(due.ne(0).and(idle));
                    when(wanted, () -> phase.set(Phase.CLOSE));
                  };
              case CLOSE -> () -> when(quiet, () -> phase.set(Phase.REFRESH));
              case REFRESH ->
                  () ->
                      when(
                          ready.and(due.eq(0)),
                          () -> phase.set(configured, Phase.ACCESS, Phase.CONFIGURE));
              case CONFIGURE -> () -> when(ready.and(configured), () -> phase.set(Phase.ACCESS));
            });

    hold.set(phase.is(Phase.ACCESS).not());
    starting.set(configured.not());
    valid.set(close.or(refresh).or(configure));
    code.set(
        mux(
            close,
            SdramCommand.PRECHARGE.literal(),
            mux(
                refresh,
                SdramCommand.REFRESH.literal(),
                SdramCommand.MODE_REGISTER_SET.literal())));
    // Burst length 1, in sequence.
    int mode = cycles.casLatency() << CAS_LATENCY_FROM;
    address.set(
        mux(close, lit(SdramCommand.ALL_BANKS, device.rowBits()), lit(mode, device.rowBits())));
    check(due.lt(REFRESHES_OF_START + POSTPONED - 1), "too many refreshes are due");
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

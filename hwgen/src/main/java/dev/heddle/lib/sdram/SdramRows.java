package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Stream;

/**
 * Opens the row of each run and then lets it pass. Rows stay open until another row of the bank is
 * needed or the chip is refreshed. While a run moves its words the row of the next one is opened,
 * unless both are in one bank.
 *
 * <pre>
 *   clk      _/~\_/~\_/~\_/~\_/~\_/~\_/~\_      tRP and tRCD of 2 cycles
 *   runs     &lt; A                    &gt;&lt; B &gt;      B in an open row
 *   command  &lt;PRE&gt;-----&lt;ACT&gt;--------------
 *   opened   -----------------------&lt; A &gt;&lt; B
 * </pre>
 *
 * Latency 0 cycles for a run in an open row. A command goes to the chip two cycles after it stands
 * at {@code code}, one later than a command of {@link SdramColumns}.
 */
final class SdramRows extends Component {
  /** The runs. */
  final Stream<SdramRun.InRow> runs;

  /** The same runs, each in the first cycle in which its row is open. */
  final Stream<SdramRun> opened;

  /** One while a run moves its words. */
  final Bit moving = in(bit());

  /** The bank of that run. */
  final UInt movingBank;

  /** One in each cycle in which a WRITE is given to that bank. */
  final Bit written = in(bit());

  /** One while no command may be given. */
  final Bit hold = in(bit());

  /** One when no run moves and every bank may be precharged. */
  final Bit quiet = out(bit());

  /** One when there is a command. */
  final Bit valid = out(bit());

  /** The command, ACTIVATE or PRECHARGE. */
  final UInt code = out(uint(SdramCommand.BITS));

  /** Its bank. */
  final UInt bank;

  /** Its address pins. */
  final UInt address;

  private final String name;

  /** The rows of a chip with the times {@code cycles}. */
  SdramRows(SdramLayout layout, SdramCycles cycles) {
    SdramDevice device = layout.device();
    name = "SdramRows_" + device.name();
    document("Opens the row of each run, one ahead of the words that move.");
    runs = in(Stream.of(SdramRun.InRow.of(layout)));
    opened = out(Stream.of(SdramRun.of(layout)));
    movingBank = in(uint(device.bankBits()));
    bank = out(uint(device.bankBits()));
    address = out(uint(device.rowBits()));

    SdramRun run = runs.payload.run();
    UInt row = runs.payload.row();
    Vec<Bit> open = regs(device.banks(), bit(), 0);
    Vec<UInt> rows = regs(device.banks(), uint(device.rowBits()));
    int longest = Math.max(cycles.ras(), Math.max(cycles.wr(), 2));
    // Cycles before a bank may be precharged.
    Vec<UInt> busy = regs(device.banks(), uint(bits(longest)), 0);
    // Between the two commands for a run, and until its row is open.
    UInt pause = reg(uint(bits(Math.max(cycles.rp(), Math.max(cycles.rcd(), cycles.rrd())))), 0);
    Bit ready = pause.eq(0);
    Bit decide = runs.valid.and(ready).andNot(hold);

    Bit isOpen = open.at(run.bank());
    Bit hit = Vec.of(rows.stream().map(other -> other.eq(row)).toList()).at(run.bank()).and(isOpen);
    Bit rested = Vec.of(busy.stream().map(left -> left.eq(0)).toList()).at(run.bank());
    Bit inUse = moving.and(movingBank.eq(run.bank()));
    Bit activate = decide.andNot(isOpen);
    Bit precharge = decide.and(isOpen).andNot(hit).and(rested).andNot(inUse);

    opened.valid.set(decide.and(hit));
    connect(opened.payload, run);
    runs.ready.set(decide.and(hit).and(opened.ready));
    valid.set(activate.or(precharge));
    code.set(mux(isOpen, SdramCommand.PRECHARGE.literal(), SdramCommand.ACTIVATE.literal()));
    bank.set(run.bank());
    address.set(mux(isOpen, lit(0, device.rowBits()), row));

    when(activate, () -> pause.set(Math.max(cycles.rcd(), cycles.rrd()) - 1))
        .elseWhen(precharge, () -> pause.set(cycles.rp() - 1))
        .elseWhen(ready.not(), () -> pause.set(pause.dec()));
    Bit silent = ready.andNot(moving).andNot(cat(busy).any());
    quiet.set(silent);
    // A WRITE goes to the chip a cycle earlier than a PRECHARGE of the same cycle would, and the
    // count is seen a cycle later.
    int recovery = Math.max(0, cycles.wr() - 2);
    for (int i : range(device.banks())) {
      UInt left = busy.get(i);
      Bit chosen = run.bank().eq(i);
      when(hold.and(silent), () -> open.get(i).set(false))
          .elseWhen(activate.and(chosen), () -> open.get(i).set(true))
          .elseWhen(precharge.and(chosen), () -> open.get(i).set(false));
      when(
              activate.and(chosen),
              () -> {
                rows.get(i).set(row);
                left.set(cycles.ras() - 1);
              })
          .elseWhen(left.ne(0), () -> left.set(left.dec()));
      if (recovery > 0) {
        Bit recovers = written.and(movingBank.eq(i)).and(left.le(lit(recovery)));
        when(recovers, () -> left.set(recovery));
      }
    }
    if (recovery == 0) {
      unused(written);
    }
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

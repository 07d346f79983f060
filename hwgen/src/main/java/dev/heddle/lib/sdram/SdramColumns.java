package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Stream;

/**
 * Gives a READ or WRITE for each word of a run, one a cycle, with bursts of one word: a run may
 * then begin and end at any column, and each word has a mask of its own.
 *
 * <p>A WRITE waits until the last word that was read has left the data pins, and a cycle more for
 * the chip to let go of them. A run follows the one before without a pause.
 */
final class SdramColumns extends Component {
  /** Runs whose rows are open. */
  final Stream<SdramRun> runs;

  /** One when the command of this cycle belongs to somebody else. */
  final Bit blocked = in(bit());

  /** One while a run moves its words. */
  final Bit moving = out(bit());

  /** One when a READ is given. */
  final Bit read = out(bit());

  /** One when a WRITE is given. */
  final Bit write = out(bit());

  /** Bank of the run that moves. */
  final UInt bank;

  /** Column of the command. */
  final UInt column;

  /** Whether the word is the last of its beat. */
  final Bit endsBeat = out(bit());

  /** Whether the word is the last of its burst. */
  final Bit endsBurst = out(bit());

  private final String name;

  /** Columns of a chip with the times {@code cycles}. */
  SdramColumns(SdramLayout layout, SdramCycles cycles) {
    SdramDevice device = layout.device();
    name = "SdramColumns_" + layout.suffix();
    document("Gives a READ or WRITE for each word of a run.");
    runs = in(Stream.of(SdramRun.of(layout)));
    bank = out(uint(device.bankBits()));
    column = out(uint(device.columnBits()));

    Bit full = reg(bit(), 0);
    SdramRun run = reg(SdramRun.of(layout));
    int direction = cycles.casLatency() + 1;
    // Cycles before the data pins may change direction.
    UInt turn = reg(uint(bits(direction + 1)), 0);
    UInt place = run.column().slice(SdramLayout.RUN_BITS - 1, 0);
    Bit free = blocked.not().and(run.write().not().or(turn.eq(0)));
    Bit given = full.and(free);
    Bit ends = place.eq(run.end());
    Bit reading = given.andNot(run.write());
    Bit vacant = full.not().or(given.and(ends));

    runs.ready.set(vacant);
    moving.set(full);
    read.set(reading);
    write.set(given.and(run.write()));
    bank.set(run.bank());
    column.set(run.column());
    int words = layout.wordsOfBeatBits();
    endsBeat.set(words == 0 ? lit(true) : place.slice(words - 1, 0).all());
    endsBurst.set(ends.and(run.last()));
    when(
            vacant,
            () -> {
              full.set(runs.valid);
              connect(run, runs.payload);
            })
        .elseWhen(
            given,
            () ->
                run.column()
                    .set(
                        cat(
                            run.column().slice(device.columnBits() - 1, SdramLayout.RUN_BITS),
                            place.inc())));
    when(reading, () -> turn.set(direction)).elseWhen(turn.ne(0), () -> turn.set(turn.dec()));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

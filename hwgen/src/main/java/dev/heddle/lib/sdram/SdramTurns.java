package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.Stream;

/**
 * Puts the runs of reads and writes in one order. A direction keeps its turn for {@link #RUNS} runs
 * while the other waits, since the data pins change direction only with a pause, and as long as it
 * likes while the other has nothing; a direction without a run gives its turn away at once. So
 * neither waits longer than for {@code RUNS} runs of the other.
 *
 * <p>Latency 0 cycles.
 */
final class SdramTurns extends Component {
  /** Runs of a turn. */
  static final int RUNS = 4;

  /** The runs of reads. */
  final Stream<SdramRun.InRow> reads;

  /** The runs of writes. */
  final Stream<SdramRun.InRow> writes;

  /** All of them. */
  final Stream<SdramRun.InRow> runs;

  private final String name;

  /** Turns of runs in {@code layout}. */
  SdramTurns(SdramLayout layout) {
    name = "SdramTurns_" + layout.suffix();
    document("Lets reads and writes take turns of %d runs.".formatted(RUNS));
    reads = in(Stream.of(SdramRun.InRow.of(layout)));
    writes = in(Stream.of(SdramRun.InRow.of(layout)));
    runs = out(Stream.of(SdramRun.InRow.of(layout)));

    Bit writing = reg(bit(), 0);
    UInt passed = reg(uint(bits(RUNS)), 0);
    Bit keeps = mux(writing, writes.valid, reads.valid);
    Bit chooseWrites = writing.eq(keeps);
    runs.valid.set(reads.valid.or(writes.valid));
    connect(runs.payload, mux(chooseWrites, writes.payload, reads.payload));
    reads.ready.set(runs.ready.andNot(chooseWrites));
    writes.ready.set(runs.ready.and(chooseWrites));

    Bit over = passed.eq(RUNS - 1);
    Bit otherWaits = mux(writing, reads.valid, writes.valid);
    when(
        runs.fire(),
        () ->
            when(
                    keeps.not(),
                    () -> {
                      writing.set(writing.not());
                      passed.set(1);
                    })
                .elseWhen(
                    over.and(otherWaits),
                    () -> {
                      writing.set(writing.not());
                      passed.set(0);
                    })
                .elseWhen(over.not(), () -> passed.set(passed.inc())));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

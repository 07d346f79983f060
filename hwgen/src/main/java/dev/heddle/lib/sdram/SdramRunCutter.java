package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.HdlException;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiBurst;
import dev.heddle.lib.Stream;

/**
 * Cuts bursts of one direction into runs, and lets a run pass only when its beats are in the buffer
 * of write data, or have room in the buffer of read data. So neither a master that is late with its
 * data nor one that does not take them ever holds up the chip or the other direction.
 *
 * <p>Latency 2 cycles from a burst to its first run, then a run a cycle.
 */
final class SdramRunCutter extends Component {
  /** The bursts. */
  final Stream<Burst> bursts;

  /** One when a beat came into the buffer of write data or left that of read data. */
  final Bit earned;

  /** The runs of all bursts in order. */
  final Stream<SdramRun.InRow> runs;

  private final String name;

  /**
   * A burst of whole beats.
   *
   * @param beat number of the first beat in the chip
   * @param length beats minus one
   */
  record Burst(UInt beat, UInt length) implements Data {
    static Type<Burst> of(SdramLayout layout) {
      return () -> new Burst(uint(layout.beatBits()).make(), uint(AxiBurst.LENGTH_BITS).make());
    }
  }

  /** A run that waits for its beats, of which there are {@code beats} plus one. */
  private record Waiting(SdramRun.InRow access, UInt beats) implements Data {
    static Type<Waiting> of(SdramLayout layout) {
      return () ->
          new Waiting(
              SdramRun.InRow.of(layout).make(), uint(Math.max(1, layout.beatsOfRunBits())).make());
    }
  }

  /**
   * A cutter.
   *
   * @param write whether the bursts write
   * @param credit beats that runs may move before one is earned
   * @param depth beats of the buffer
   */
  SdramRunCutter(SdramLayout layout, boolean write, int credit, int depth) {
    if (depth < layout.beatsOfRun()) {
      throw new HdlException("a buffer of %d beats cannot hold a run", depth);
    }
    name = "Sdram%sRuns_%s_b%d".formatted(write ? "Write" : "Read", layout.suffix(), depth);
    document(
        "Cuts %s bursts into runs of at most %d words."
            .formatted(write ? "write" : "read", SdramLayout.runWords()));
    bursts = in(Stream.of(Burst.of(layout)));
    earned = in(bit());
    runs = out(Stream.of(SdramRun.InRow.of(layout)));

    Bit cutting = reg(bit(), 0);
    UInt beat = reg(uint(layout.beatBits()));
    UInt left = reg(uint(AxiBurst.LENGTH_BITS));
    int places = layout.beatsOfRunBits();
    UInt place = places == 0 ? lit(0) : beat.slice(places - 1, 0);
    UInt room = places == 0 ? lit(0) : named("room", place.not());
    Bit fits = places == 0 ? left.eq(0) : left.le(room);
    UInt beats = places == 0 ? lit(0) : named("beats", mux(fits, left.wrap(places), room));

    Stream<Waiting> cut = wire(Stream.of(Waiting.of(layout)));
    cut.valid.set(cutting);
    connect(cut.payload, new Waiting(access(layout, write, beat, place, beats, fits), beats));
    Bit taken = cut.fire();
    Bit vacant = cutting.not().or(taken.and(fits));
    bursts.ready.set(vacant);
    when(
            vacant,
            () -> {
              cutting.set(bursts.valid);
              beat.set(bursts.payload.beat());
              left.set(bursts.payload.length());
            })
        .elseWhen(
            taken,
            () -> {
              beat.setWrap(beat.add(beats).add(1));
              left.setWrap(left.add(lessOneMore(beats, left.width())));
            });

    Stream<Waiting> waiting = cut.slice();
    UInt covered = reg(uint(bits(depth + 1)), credit);
    Bit enough = covered.gt(waiting.payload.beats());
    runs.valid.set(waiting.valid.and(enough));
    waiting.ready.set(runs.ready.and(enough));
    connect(runs.payload, waiting.payload.access());
    UInt spent = mux(runs.fire(), lessOneMore(waiting.payload.beats(), covered.width()), lit(0));
    covered.setWrap(covered.add(spent).add(earned.asUInt()));
  }

  /** What takes {@code number} and one away when it is added. */
  private static UInt lessOneMore(UInt number, int width) {
    return number.pad(width).not();
  }

  private static SdramRun.InRow access(
      SdramLayout layout, boolean write, UInt beat, UInt place, UInt beats, Bit last) {
    SdramDevice device = layout.device();
    int wordBits = layout.wordsOfBeatBits();
    UInt word = wordBits == 0 ? beat : cat(beat, lit(0, wordBits));
    int bankFrom = device.columnBits();
    int rowFrom = bankFrom + device.bankBits();
    UInt lastBeat = place.wrapAdd(beats);
    UInt end;
    if (layout.beatsOfRunBits() == 0) {
      end = lit(SdramLayout.runWords() - 1, SdramLayout.RUN_BITS);
    } else if (wordBits == 0) {
      end = lastBeat;
    } else {
      end = cat(lastBeat, lit((1L << wordBits) - 1, wordBits));
    }
    return new SdramRun.InRow(
        word.slice(device.wordBits() - 1, rowFrom),
        new SdramRun(
            lit(write), word.slice(rowFrom - 1, bankFrom), word.slice(bankFrom - 1, 0), end, last));
  }

  @Override
  protected String moduleName() {
    return name;
  }
}

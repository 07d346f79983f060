package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Mem;
import dev.heddle.hdl.SInt;
import dev.heddle.hdl.State;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.Arbiter;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps for each lane the state that its next row goes on from ({@link AttentionState}), which it
 * asks for when the first segment of the row waits.
 *
 * <pre>
 *   first segments that wait --> asks ----------------------- (card memory) --.
 *   states of the lanes      &lt;-- low halves, high halves, m, ev, l &lt;-- words &lt;-'
 * </pre>
 *
 * <p>A lane asks for a state when its place is free, so all words are taken at once, and lanes do
 * not wait for one another.
 */
final class RowStates extends Component {
  /** Words of 32 bits of a state that are not accumulators: m, ev and the halves of l. */
  private static final int REST_WORDS = 4;

  /** Words of 32 bits of a line. */
  private static final int LINE_WORDS = MemoryLine.BITS / Integer.SIZE;

  private enum Part {
    LOW,
    HIGH,
    REST
  }

  /** Entries that start; taken at once. */
  final Stream<Start> starts;

  /** For each lane the segment that waits. */
  final Vec<Waiting> waiting;

  /** For each lane whether that segment is behind another of its row. */
  final Vec<Bit> begun;

  /** States that are needed. */
  final Stream<Ask> asks;

  /** Them, in the same order: words of as many accumulators as are merged at a time. */
  final Stream<UInt> words;

  /** The lane that is looked at. */
  final UInt lane;

  /** The entry whose row it has. */
  final UInt slot;

  /** Whether rows of the entry go on from states. */
  final Bit listed;

  /** Whether the state of the lane is there. */
  final Bit complete;

  /** It, but for its accumulators. */
  final RowMerge.Kept kept;

  /** The lane whose accumulators are read. */
  final UInt readLane;

  /** Which of them, counted in words. */
  final UInt chunk;

  /** Whether they are read. */
  final Bit read;

  /** The accumulators that were read last. */
  final Vec<SInt> accumulators;

  /** Whether the state of the lane that is read has been used. */
  final Bit used;

  /**
   * An entry that starts.
   *
   * @param slot its slot
   * @param listed whether its rows go on from states
   * @param wide whether its values have two lines
   */
  record Start(UInt slot, Bit listed, Bit wide) implements Data {
    static Type<Start> type() {
      return () -> new Start(uint(bits(RowTag.ENTRIES)).make(), bit().make(), bit().make());
    }
  }

  /**
   * A segment that waits.
   *
   * @param valid whether there is one
   * @param tag its row
   */
  record Waiting(Bit valid, RowTag tag) implements Data {
    static Type<Waiting> of(AttentionShape shape) {
      return () -> new Waiting(bit().make(), RowTag.of(shape).make());
    }
  }

  /**
   * A state that is needed.
   *
   * @param tag of which row
   * @param wide whether its values have two lines
   */
  record Ask(RowTag tag, Bit wide) implements Data {
    static Type<Ask> of(AttentionShape shape) {
      return () -> new Ask(RowTag.of(shape).make(), bit().make());
    }

    /** Lines of 64 bytes that hold it: accumulators, and one with all else. */
    UInt lines() {
      int one = 2 * GoldenHead.LINE / LINE_WORDS;
      return mux(wide, lit(2L * one + 1), lit(one + 1, bits(2 * one + 2)));
    }
  }

  /** A lane that needs a state. */
  private record Asking(UInt lane, Ask ask) implements Data {
    static Type<Asking> of(AttentionShape shape) {
      return () -> new Asking(uint(bits(shape.lanes())).make(), Ask.of(shape).make());
    }
  }

  /** The lane that a state is for. */
  private record Expected(UInt lane, Bit wide) implements Data {
    static Type<Expected> of(AttentionShape shape) {
      return () -> new Expected(uint(bits(shape.lanes())).make(), bit().make());
    }
  }

  /** For an engine of {@code shape}. */
  RowStates(AttentionShape shape) {
    int elements = RowMerge.elements(shape);
    int lanes = shape.lanes();
    int chunks = shape.valueDimension() / elements;
    int highBits = shape.accumulatorBits() - Integer.SIZE;
    starts = in(Stream.of(Start.type()));
    waiting = in(lanes, Waiting.of(shape));
    begun = in(lanes, bit());
    asks = out(Stream.of(Ask.of(shape)));
    words = in(Stream.of(uint(elements * Integer.SIZE)));
    lane = in(uint(bits(lanes)));
    slot = in(uint(bits(RowTag.ENTRIES)));
    listed = out(bit());
    complete = out(bit());
    kept = out(RowMerge.Kept.of(shape));
    readLane = in(uint(bits(lanes)));
    chunk = in(uint(bits(chunks)));
    read = in(bit());
    accumulators = out(elements, sint(shape.accumulatorBits()));
    used = in(bit());
    document("States that the rows of the lanes go on from.");
    parameter("LANES", lanes);
    parameter("DIMENSION", shape.valueDimension());
    parameter("ELEMENTS", elements);

    // ---- entries in flight
    starts.ready.set(true);
    Vec<Bit> have = regs(RowTag.ENTRIES, bit());
    Vec<Bit> wide = regs(RowTag.ENTRIES, bit());
    when(
        starts.valid,
        () -> {
          have.set(starts.payload.slot(), starts.payload.listed());
          wide.set(starts.payload.slot(), starts.payload.wide());
        });
    listed.set(have.at(slot));

    // ---- what is asked for
    Vec<Bit> asked = regs(lanes, bit(), 0);
    Vec<Bit> loaded = regs(lanes, bit(), 0);
    Vec<RowMerge.Kept> states = regs(lanes, RowMerge.Kept.of(shape));
    if (lanes == 1) {
      unused(lane);
    }
    complete.set(loaded.at(lane));
    connect(kept, states.at(lane));
    List<Stream<Asking>> asking = new ArrayList<>();
    for (int number : range(lanes)) {
      Waiting segment = waiting.get(number);
      UInt entry = segment.tag().entry();
      Bit needs = segment.valid().andNot(begun.get(number)).and(have.at(entry));
      Stream<Asking> mine = named("asking_" + number, wire(Stream.of(Asking.of(shape))));
      mine.valid.set(needs.andNot(asked.get(number)));
      Ask ask = new Ask(segment.tag(), wide.at(entry));
      connect(mine.payload, new Asking(lit(number, bits(lanes)), ask));
      asking.add(mine);
    }
    Stream<Asking> next =
        lanes == 1 ? asking.get(0) : Arbiter.merge(Arbiter.Policy.ROUND_ROBIN, asking);
    List<Stream<Asking>> copies = next.fork(2);
    connect(asks, copies.get(0).map(Ask.of(shape), Asking::ask));
    unused(copies.get(0).payload.lane());
    unused(copies.get(1).payload.ask().tag());
    Stream<Expected> expected =
        copies
            .get(1)
            .map(Expected.of(shape), one -> new Expected(one.lane(), one.ask().wide()))
            .queue(Math.max(lanes, 2));

    // ---- what comes
    State<Part> part = state(Part.LOW);
    UInt count = reg(uint(bits(Math.max(chunks, LINE_WORDS / elements))), 0);
    Expected now = expected.payload;
    UInt accumulatorWords =
        shape.valueDimension() == GoldenHead.LINE
            ? lit(chunks - 1, count.width())
            : mux(now.wide(), lit(chunks - 1, count.width()), lit(chunks / 2 - 1, count.width()));
    if (shape.valueDimension() == GoldenHead.LINE) {
      unused(now.wide());
    }
    Bit rest = part.is(Part.REST);
    Bit lastWord =
        count.eq(mux(rest, lit(LINE_WORDS / elements - 1, count.width()), accumulatorWords));
    Bit arrives = words.valid.and(expected.valid);
    Bit ends = arrives.and(lastWord).and(rest);
    words.ready.set(expected.valid);
    expected.ready.set(words.valid.and(lastWord).and(rest));
    when(
        arrives,
        () -> {
          count.set(mux(lastWord, 0, count.inc()));
          when(
              lastWord,
              () ->
                  when(part.is(Part.LOW), () -> part.set(Part.HIGH))
                      .elseWhen(part.is(Part.HIGH), () -> part.set(Part.REST))
                      .otherwise(() -> part.set(Part.LOW)));
        });

    // m, ev and l are in the first of the last words.
    Vec<UInt> header = regs(REST_WORDS, uint(Integer.SIZE));
    for (int i : range(REST_WORDS)) {
      int from = i % elements * Integer.SIZE;
      UInt word = words.payload.slice(from + Integer.SIZE - 1, from);
      when(arrives.and(rest).and(count.eq(i / elements)), () -> header.get(i).set(word));
    }
    RowMerge.Kept state =
        new RowMerge.Kept(
            header.get(0).wrap(RowMaximum.CEILING_BITS).asSInt(),
            header.get(1).wrap(8).asSInt(),
            cat(header.get(3), header.get(2)).wrap(shape.sumBits()));
    when(ends, () -> states.set(now.lane(), state));
    for (int number : range(lanes)) {
      Bit frees = used.and(readLane.eq(number));
      Bit fills = ends.and(now.lane().eq(number));
      when(asking.get(number).fire(), () -> asked.get(number).set(true))
          .elseWhen(frees, () -> asked.get(number).set(false));
      when(fills, () -> loaded.get(number).set(true))
          .elseWhen(frees, () -> loaded.get(number).set(false));
    }

    List<UInt> lowWords = new ArrayList<>();
    List<SInt> highWords = new ArrayList<>();
    for (int element : range(elements)) {
      int from = element * Integer.SIZE;
      lowWords.add(words.payload.slice(from + Integer.SIZE - 1, from));
      highWords.add(words.payload.slice(from + highBits - 1, from).asSInt());
    }
    Mem<Vec<UInt>> low = mem(vec(elements, uint(Integer.SIZE)), lanes * chunks);
    Mem<Vec<SInt>> high = mem(vec(elements, sint(highBits)), lanes * chunks);
    UInt place = RowMerge.place(now.lane(), count.wrap(bits(chunks)), lanes);
    when(arrives.and(part.is(Part.LOW)), () -> low.write(place, Vec.of(lowWords)));
    when(arrives.and(part.is(Part.HIGH)), () -> high.write(place, Vec.of(highWords)));
    UInt readPlace = RowMerge.place(readLane, chunk, lanes);
    Vec<UInt> lowRead = low.readSync(readPlace, read);
    Vec<SInt> highRead = high.readSync(readPlace, read);
    for (int element : range(elements)) {
      accumulators
          .get(element)
          .set(cat(highRead.get(element).asUInt(), lowRead.get(element)).asSInt());
    }
  }
}

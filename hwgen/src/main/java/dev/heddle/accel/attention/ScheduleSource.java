package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import dev.heddle.lib.WidthAdapter;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the steps of entries whose rows have compiled lists of keys, from the two lists of a {@link
 * ScheduleFormat}: one step a cycle, as long as card memory delivers.
 *
 * <pre>
 *   stepBeats --> lines --> one step after the other  --> steps
 *   rowBeats  --> words ------------------------------> rows
 * </pre>
 */
public final class ScheduleSource extends Component {
  /** Entries. */
  public final Stream<EntryCommand> entries;

  /** Ranges of the steps. */
  public final Stream<AxiRequest> stepRequests;

  /** The steps as they lie in card memory. */
  public final Stream<AxiReader.Beat> stepBeats;

  /** Ranges of the row lists. */
  public final Stream<AxiRequest> rowRequests;

  /** The row lists. */
  public final Stream<AxiReader.Beat> rowBeats;

  /** The rows of the entries. */
  public final Stream<RowRequest> rows;

  /** The steps of the entries. */
  public final Stream<Step> steps;

  /** The rows of an entry. */
  private record Rows(UInt count, UInt slot) implements Data {
    static Type<Rows> type() {
      return () -> new Rows(uint(32).make(), uint(2).make());
    }
  }

  private final AxiShape memory;

  /** A source for an engine of {@code shape} on ports of {@code memory}. */
  public ScheduleSource(AttentionShape shape, AxiShape memory) {
    this.memory = memory;
    ScheduleFormat format = new ScheduleFormat(shape.lanes(), ScheduleFormat.DEFAULT_ENTRY_BITS);
    entries = in(Stream.of(EntryCommand.type()));
    stepRequests = out(Stream.of(AxiRequest.of(memory)));
    stepBeats = in(Stream.of(AxiReader.Beat.of(memory)));
    rowRequests = out(Stream.of(AxiRequest.of(memory)));
    rowBeats = in(Stream.of(AxiReader.Beat.of(memory)));
    rows = out(Stream.of(RowRequest.of(shape)));
    steps = out(Stream.of(Step.of(shape)));
    document("Steps of rows whose keys are listed.");
    parameter("LANES", shape.lanes());
    parameter("KEYS", shape.keys());
    parameter("ROWS", shape.rows());
    parameter("PORT_BITS", memory.dataBits());

    List<Stream<EntryCommand>> copies = entries.fork(2);
    makeSteps(copies.get(0), shape, format);
    makeRows(copies.get(1), shape);
  }

  private void makeSteps(
      Stream<EntryCommand> commands, AttentionShape shape, ScheduleFormat format) {
    int stepBits = format.lanes() * format.entryBits();
    int stepsPerLine = format.stepsPerLine();
    Bit running = reg(bit(), 0);
    UInt left = reg(uint(32));
    UInt index = reg(uint(bits(stepsPerLine)), 0);
    // Lines are asked for while the steps of the entry before still run.
    List<Stream<EntryCommand>> copies = commands.fork(2);
    EntryCommand asked = copies.get(0).payload;
    stepRequests.valid.set(copies.get(0).valid);
    copies.get(0).ready.set(stepRequests.ready);
    connect(
        stepRequests.payload,
        request(
            asked.field(HeadEntry.STEPS, memory.addressBits()), asked.field(HeadEntry.STEP_LINES)));
    Stream<UInt> counts =
        copies
            .get(1)
            .map(uint(32), command -> command.field(HeadEntry.STEP_COUNT))
            .queue(RowTag.ENTRIES);
    counts.ready.set(running.not());
    when(
        counts.fire(),
        () -> {
          running.set(true);
          left.set(counts.payload);
          index.set(0);
        });
    Stream<UInt> lines = lines(stepBeats);
    List<UInt> choices = new ArrayList<>();
    for (int i = 0; i < stepsPerLine; i++) {
      choices.add(lines.payload.slice(stepBits * i + stepBits - 1, stepBits * i));
    }
    UInt step = Vec.of(choices).at(index);
    Bit lastStep = left.eq(1);
    Bit lastOfLine = index.eq(stepsPerLine - 1).or(lastStep);
    steps.valid.set(running.and(lines.valid));
    lines.ready.set(running.and(steps.ready).and(lastOfLine));
    Bit stepped = steps.fire();
    Vec<Bit> open = regs(shape.lanes(), bit(), 0);
    List<LaneKey> keys = new ArrayList<>();
    int keyBits = format.entryBits() - 1;
    for (int lane : range(shape.lanes())) {
      UInt laneEntry = step.slice(format.entryBits() * (lane + 1) - 1, format.entryBits() * lane);
      UInt key = laneEntry.slice(keyBits - 1, 0);
      Bit valid = key.all().not();
      Bit closes = laneEntry.at(keyBits);
      Bit opens = open.get(lane).not();
      when(stepped.and(valid), () -> open.get(lane).set(closes.not()));
      int placeBits = shape.placeBits() + 1;
      UInt place = keyBits < placeBits ? key.pad(placeBits) : key.wrap(placeBits);
      keys.add(new LaneKey(valid, opens, closes, place));
    }
    connect(steps.payload, new Step(Vec.of(keys), lastStep));
    when(
        stepped,
        () -> {
          left.set(left.dec());
          index.set(mux(lastOfLine, 0, index.inc()));
          when(lastStep, () -> running.set(false));
        });
    unused(asked.entry());
    unused(asked.slot());
  }

  private void makeRows(Stream<EntryCommand> commands, AttentionShape shape) {
    int wordBits = ScheduleFormat.ROW_WORD_BYTES * 8;
    int wordsPerLine = ScheduleFormat.LINE_BYTES / ScheduleFormat.ROW_WORD_BYTES;
    Bit running = reg(bit(), 0);
    UInt left = reg(uint(32));
    UInt index = reg(uint(bits(wordsPerLine)), 0);
    UInt slot = reg(uint(2));
    List<Stream<EntryCommand>> copies = commands.fork(2);
    EntryCommand asked = copies.get(0).payload;
    UInt count = asked.field(HeadEntry.LISTED_ROWS);
    rowRequests.valid.set(copies.get(0).valid);
    copies.get(0).ready.set(rowRequests.ready);
    UInt rowLines = count.add(wordsPerLine - 1).shr(bits(wordsPerLine)).pad(32).wrap(32);
    connect(
        rowRequests.payload,
        request(asked.field(HeadEntry.ROW_LIST, memory.addressBits()), rowLines));
    Stream<Rows> listed =
        copies
            .get(1)
            .map(
                Rows.type(),
                command -> new Rows(command.field(HeadEntry.LISTED_ROWS), command.slot()))
            .queue(RowTag.ENTRIES);
    listed.ready.set(running.not());
    when(
        listed.fire(),
        () -> {
          running.set(true);
          left.set(listed.payload.count());
          index.set(0);
          slot.set(listed.payload.slot());
        });
    Stream<UInt> rowList = lines(rowBeats);
    List<UInt> words = new ArrayList<>();
    for (int i = 0; i < wordsPerLine; i++) {
      words.add(rowList.payload.slice(wordBits * i + wordBits - 1, wordBits * i));
    }
    UInt word = Vec.of(words).at(index);
    Bit lastRow = left.eq(1);
    Bit lastOfLine = index.eq(wordsPerLine - 1).or(lastRow);
    rows.valid.set(running.and(rowList.valid));
    rowList.ready.set(running.and(rows.ready).and(lastOfLine));
    UInt lane = word.slice(wordBits - 1, ScheduleFormat.ROW_NUMBER_BITS).wrap(bits(shape.lanes()));
    UInt row = word.slice(shape.rowBits() - 1, 0);
    unused(word);
    connect(rows.payload, new RowRequest(lane, new RowTag(slot, row)));
    when(
        rows.fire(),
        () -> {
          left.set(left.dec());
          index.set(mux(lastOfLine, 0, index.inc()));
          when(lastRow, () -> running.set(false));
        });
    unused(asked.entry());
  }

  private AxiRequest request(UInt address, UInt lines) {
    int beatsPerLine = ScheduleFormat.LINE_BYTES / memory.bytes();
    UInt beats = lines.shl(Integer.numberOfTrailingZeros(beatsPerLine));
    return new AxiRequest(address, beats.wrap(AxiRequest.BEATS_BITS));
  }

  private Stream<UInt> lines(Stream<AxiReader.Beat> beats) {
    unused(beats.payload.last());
    return WidthAdapter.convert(
        beats.map(uint(memory.dataBits()), AxiReader.Beat::data), ScheduleFormat.LINE_BYTES * 8);
  }
}

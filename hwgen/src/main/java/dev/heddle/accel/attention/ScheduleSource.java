package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.UInt;
import dev.heddle.hdl.Vec;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the steps of entries whose rows have compiled lists of keys, from the two lists of a {@link
 * ScheduleFormat}: one step a cycle, as long as card memory delivers.
 *
 * <pre>
 *   entries --> list of steps --> keys of the lanes     --> steps
 *          '--> list of rows  --> lane and row of a word --> rows
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

  private final AttentionShape shape;
  private final AxiShape memory;

  /** A source for an engine of {@code shape} on ports of {@code memory}. */
  public ScheduleSource(AttentionShape shape, AxiShape memory) {
    this.shape = shape;
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
    makeSteps(copies.get(0), format);
    makeRows(copies.get(1));
  }

  private void makeSteps(Stream<EntryCommand> commands, ScheduleFormat format) {
    ListReader reader =
        inst("stepList", new ListReader(memory, format.lanes() * format.entryBits()));
    connect(
        reader.lists,
        commands.map(
            ListReader.Items.of(memory),
            entry ->
                new ListReader.Items(
                    entry.field(HeadEntry.STEPS, memory.addressBits()),
                    entry.field(HeadEntry.STEP_LINES),
                    entry.field(HeadEntry.STEP_COUNT),
                    entry.slot())));
    unused(commands.payload.entry());
    connect(stepRequests, reader.requests);
    connect(reader.beats, stepBeats);
    ListReader.Item step = reader.items.payload;
    unused(step.slot());
    steps.valid.set(reader.items.valid);
    reader.items.ready.set(steps.ready);
    Bit stepped = steps.fire();
    Vec<Bit> open = regs(shape.lanes(), bit(), 0);
    List<LaneKey> keys = new ArrayList<>();
    int keyBits = format.entryBits() - 1;
    for (int lane : range(shape.lanes())) {
      UInt laneEntry =
          step.bits().slice(format.entryBits() * (lane + 1) - 1, format.entryBits() * lane);
      UInt key = laneEntry.slice(keyBits - 1, 0);
      Bit valid = key.all().not();
      Bit closes = laneEntry.at(keyBits);
      Bit opens = open.get(lane).not();
      when(stepped.and(valid), () -> open.get(lane).set(closes.not()));
      int placeBits = shape.placeBits() + 1;
      UInt place = keyBits < placeBits ? key.pad(placeBits) : key.wrap(placeBits);
      keys.add(new LaneKey(valid, opens, closes, place));
    }
    connect(steps.payload, new Step(Vec.of(keys), step.last()));
  }

  private void makeRows(Stream<EntryCommand> commands) {
    int wordBits = ScheduleFormat.ROW_WORD_BYTES * 8;
    int wordsPerLine = MemoryLine.BYTES / ScheduleFormat.ROW_WORD_BYTES;
    ListReader reader = inst("rowList", new ListReader(memory, wordBits));
    connect(
        reader.lists,
        commands.map(
            ListReader.Items.of(memory),
            entry -> {
              UInt count = entry.field(HeadEntry.LISTED_ROWS);
              UInt address = entry.field(HeadEntry.ROW_LIST, memory.addressBits());
              return ListReader.Items.of(address, count, wordsPerLine, entry.slot());
            }));
    unused(commands.payload.entry());
    connect(rowRequests, reader.requests);
    connect(reader.beats, rowBeats);
    connect(rows, reader.items.map(RowRequest.of(shape), this::row));
    unused(reader.items.payload.bits());
    unused(reader.items.payload.last());
  }

  private RowRequest row(ListReader.Item item) {
    UInt word = item.bits();
    UInt lane = word.slice(word.width() - 1, ScheduleFormat.ROW_NUMBER_BITS);
    UInt number = word.slice(shape.rowBits() - 1, 0);
    return new RowRequest(lane.wrap(bits(shape.lanes())), new RowTag(item.slot(), number));
  }
}

package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Component;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.UInt;
import dev.heddle.lib.AxiReader;
import dev.heddle.lib.AxiRequest;
import dev.heddle.lib.AxiShape;
import dev.heddle.lib.Stream;
import java.util.List;
import java.util.Optional;

/**
 * Makes the rows and steps of entries of which each has a pattern or a schedule.
 *
 * <pre>
 *           .--> PatternSource  --.
 *   entries +                     +--> rows and steps in the order of the entries
 *           '--> ScheduleSource --'
 * </pre>
 */
final class MixedSource extends Component {
  /** Entries. */
  final Stream<EntryCommand> entries;

  /** Masks of the rows of those that have them. */
  final Optional<Stream<RowMask>> masks;

  /** Their rows. */
  final Stream<RowRequest> rows;

  /** Whether the last row of an entry is taken. */
  final Bit lastRow;

  /** Their steps. */
  final Stream<Step> steps;

  /** Ranges of the steps of schedules. */
  final Stream<AxiRequest> stepRequests;

  /** These steps. */
  final Stream<AxiReader.Beat> stepBeats;

  /** Ranges of the row lists of schedules. */
  final Stream<AxiRequest> rowRequests;

  /** These row lists. */
  final Stream<AxiReader.Beat> rowBeats;

  /** A source for an engine of {@code shape} on ports of {@code memory}. */
  MixedSource(AttentionShape shape, AxiShape memory) {
    entries = in(Stream.of(EntryCommand.type()));
    masks = shape.masks() ? Optional.of(in(Stream.of(RowMask.type()))) : Optional.empty();
    rows = out(Stream.of(RowRequest.of(shape)));
    lastRow = in(bit());
    steps = out(Stream.of(Step.of(shape)));
    stepRequests = out(Stream.of(AxiRequest.of(memory)));
    stepBeats = in(Stream.of(AxiReader.Beat.of(memory)));
    rowRequests = out(Stream.of(AxiRequest.of(memory)));
    rowBeats = in(Stream.of(AxiReader.Beat.of(memory)));
    document("Rows and steps of entries with patterns or schedules.");

    PatternSource pattern = inst(new PatternSource(shape));
    pattern.masks.ifPresent(stream -> connect(stream, masks.orElseThrow()));
    ScheduleSource schedule = inst(new ScheduleSource(shape, memory));
    connect(stepRequests, schedule.stepRequests);
    connect(schedule.stepBeats, stepBeats);
    connect(rowRequests, schedule.rowRequests);
    connect(schedule.rowBeats, rowBeats);
    List<Stream<EntryCommand>> copies = entries.fork(3);
    List<Stream<EntryCommand>> routed = copies.get(0).route(2, MixedSource::source);
    connect(pattern.entries, routed.get(0));
    connect(schedule.entries, routed.get(1));
    EntryOrder<Step> stepOrder = inst(new EntryOrder<>("steps", Step.of(shape)));
    order(stepOrder, copies.get(1), pattern.steps, schedule.steps);
    connect(steps, stepOrder.output);
    stepOrder.entryEnds.set(steps.fire().and(steps.payload.last()));
    EntryOrder<RowRequest> rowOrder = inst(new EntryOrder<>("rows", RowRequest.of(shape)));
    order(rowOrder, copies.get(2), pattern.rows, schedule.rows);
    connect(rows, rowOrder.output);
    rowOrder.entryEnds.set(lastRow);
  }

  private static <T extends Data> void order(
      EntryOrder<T> order,
      Stream<EntryCommand> entries,
      Stream<T> ofPatterns,
      Stream<T> ofSchedules) {
    connect(order.sources, entries.map(uint(1), MixedSource::source));
    connect(order.inputs.get(0), ofPatterns);
    connect(order.inputs.get(1), ofSchedules);
  }

  private static UInt source(EntryCommand entry) {
    return entry.field(HeadEntry.SOURCE, 1);
  }
}

package dev.heddle.host.device;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.HeadEntry.Output;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.accel.mask.ScheduleImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A descriptor list that runs one head table, with everything but keys and values in one piece of
 * card memory, so that it is written at once and its results are read at once.
 *
 * <pre>
 *   written   descriptors | head table | route table | summary table | append table, numbers
 *             | of each entry: queries, exponents, pages, masks, states, schedule
 *   read      of each entry: output rows, pages that the machine chose | completion records
 * </pre>
 *
 * Where the machine chooses pages the summaries come first, and the table is run in groups ({@link
 * AttendGroups}), each by an ATTEND that waits for its ROUTE:
 *
 * <pre>
 *   SUMMARISE | ROUTE 0, ATTEND 0 | ROUTE 1, ATTEND 1 | .. | END
 * </pre>
 *
 * New rows are appended before all that, and the first that reads keys waits for it.
 */
final class AttendList {
  /** Most entries of a descriptor that summarises. */
  private static final int MOST_SUMMARIES = 1 << 15;

  private final List<HeadQueries> heads;
  private final List<Optional<ScheduleImage>> schedules;
  private final List<SummaryEntry> summaries;
  private final AppendTable appends;
  private final boolean routed;
  private final List<Integer> groups;

  /**
   * A table with an entry for each of {@code heads}, of which all or none choose their pages.
   *
   * @param summaries blocks that are summarised before
   * @param rows keys and values that are appended before
   * @throws IllegalArgumentException when a schedule has more rows or keys than can be listed
   */
  AttendList(List<HeadQueries> heads, List<SummaryEntry> summaries, List<NewRows> rows) {
    this.heads = heads;
    this.summaries = summaries;
    appends = new AppendTable(rows);
    schedules = heads.stream().map(head -> head.schedule().map(AttendList::packed)).toList();
    routed = heads.stream().anyMatch(head -> head.route().isPresent());
    groups = routed ? AttendGroups.of(heads.size()) : List.of(heads.size());
  }

  private static ScheduleImage packed(Schedule schedule) {
    ScheduleFormat format = new ScheduleFormat(schedule.lanes(), ScheduleFormat.DEFAULT_ENTRY_BITS);
    return ScheduleImage.pack(schedule, format);
  }

  /** Descriptors that engines execute, each with a completion record. */
  int engineDescriptors() {
    int summarising = (summaries.size() + MOST_SUMMARIES - 1) / MOST_SUMMARIES;
    return (appends.isEmpty() ? 0 : 1) + summarising + groups.size() * (routed ? 2 : 1);
  }

  private int listBytes() {
    return (engineDescriptors() + 1) * Operation.BYTES;
  }

  private int routesStart() {
    return listBytes() + heads.size() * HeadEntry.BYTES;
  }

  private int summariesStart() {
    return routesStart() + (routed ? heads.size() * RouteEntry.BYTES : 0);
  }

  private int appendsStart() {
    return summariesStart() + summaries.size() * SummaryEntry.BYTES;
  }

  private int queriesStart() {
    return appendsStart() + appends.bytes();
  }

  private static int queryBytes(HeadQueries head) {
    return head.queries().size() * lines(head, HeadEntry.KEY_LINES) * GoldenHead.LINE;
  }

  private static int exponentBytes(HeadQueries head) {
    return (int) ActivationImage.aligned(head.queries().size());
  }

  private static int pageListBytes(HeadQueries head) {
    return (int) ActivationImage.aligned((long) head.pageCount() * GoldenHead.PAGE_BYTES);
  }

  private static int writtenPageBytes(HeadQueries head) {
    return head.route().isPresent() ? 0 : pageListBytes(head);
  }

  private static int readPageBytes(HeadQueries head) {
    return head.route().isPresent() ? pageListBytes(head) : 0;
  }

  private static int maskBytes(HeadQueries head) {
    return (int) ActivationImage.aligned((long) head.masks().size() * GoldenHead.MASK_BYTES);
  }

  private static int stateBytes(HeadQueries head) {
    return head.states().size() * AttentionState.bytes(rowElements(head));
  }

  private static int rowElements(HeadQueries head) {
    return lines(head, HeadEntry.VALUE_LINES) * GoldenHead.LINE;
  }

  private static OutputLayout outputs(HeadQueries head) {
    Output output = Output.values()[lines(head, HeadEntry.OUTPUT_FORMAT)];
    return new OutputLayout(output, head.queries().size(), rowElements(head));
  }

  private static int lines(HeadQueries head, MemoryField field) {
    return (int) head.entry().value(field);
  }

  /** Bytes that are written. */
  int writtenBytes() {
    int bytes = queriesStart();
    for (HeadQueries head : heads) {
      bytes += queryBytes(head) + exponentBytes(head) + writtenPageBytes(head);
      bytes += maskBytes(head) + stateBytes(head);
    }
    return bytes
        + schedules.stream().flatMap(Optional::stream).mapToInt(ScheduleImage::bytes).sum();
  }

  /** Bytes that are read, behind those that are written. */
  int readBytes() {
    return recordOffset() + engineDescriptors() * CompletionRecord.BYTES;
  }

  /** Offset of the completion records in what is read. */
  int recordOffset() {
    return heads.stream().mapToInt(head -> outputs(head).bytes() + readPageBytes(head)).sum();
  }

  /** Completes the entries for a place in card memory and writes what the machine reads there. */
  ByteBuffer encode(long address) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(writtenBytes()).order(ByteOrder.LITTLE_ENDIAN);
    List<Descriptor> descriptors = descriptors(address);
    for (int i = 0; i < descriptors.size(); i++) {
      descriptors.get(i).encode(bytes, i * Operation.BYTES);
    }
    for (int i = 0; i < summaries.size(); i++) {
      summaries.get(i).encode(bytes, summariesStart() + i * SummaryEntry.BYTES);
    }
    appends.encode(bytes, appendsStart(), address + appendsStart());
    int at = queriesStart();
    long output = address + writtenBytes();
    for (int i = 0; i < heads.size(); i++) {
      HeadQueries head = heads.get(i);
      int exponents = at + queryBytes(head);
      int pages = exponents + exponentBytes(head);
      int masks = pages + writtenPageBytes(head);
      int states = masks + maskBytes(head);
      int end = states + stateBytes(head);
      OutputLayout outputs = outputs(head);
      long chosen = output + outputs.bytes();
      if (schedules.get(i).isPresent()) {
        ScheduleImage image = schedules.get(i).get();
        int rows = end + image.steps().limit();
        head.entry().withSchedule(head.schedule().get(), image, address + end, address + rows);
        bytes.put(end, image.steps(), 0, image.steps().limit());
        bytes.put(rows, image.rows(), 0, image.rows().limit());
        end += image.bytes();
      }
      head.entry()
          .with(HeadEntry.ROWS, head.queries().size())
          .with(HeadEntry.QUERIES, address + at)
          .with(HeadEntry.QUERY_EXPONENTS, address + exponents)
          .with(HeadEntry.PAGES, head.route().isPresent() ? chosen : address + pages)
          .with(HeadEntry.PAGE_COUNT, head.pageCount())
          .with(HeadEntry.MASKED, head.masks().isEmpty() ? 0 : 1)
          .with(HeadEntry.MASKS, address + masks)
          .with(HeadEntry.CONTINUED, head.states().isEmpty() ? 0 : 1)
          .with(HeadEntry.STATES, address + states)
          .with(HeadEntry.OUTPUT, output)
          .with(HeadEntry.OUTPUT_STRIDE, outputs.rowBytes())
          .with(HeadEntry.OUTPUT_EXPONENTS, output + outputs.rowsBytes())
          .encode(bytes, listBytes() + i * HeadEntry.BYTES);
      if (routed) {
        route(head, address + at)
            .with(RouteEntry.QUERY_EXPONENTS, address + exponents)
            .with(RouteEntry.OUTPUT, chosen)
            .encode(bytes, routesStart() + i * RouteEntry.BYTES);
      }
      int width = lines(head, HeadEntry.KEY_LINES) * GoldenHead.LINE;
      for (int row = 0; row < head.queries().size(); row++) {
        KvVector query = head.queries().get(row);
        query.write(bytes, at + row * width);
        bytes.put(exponents + row, (byte) query.exponent());
      }
      for (int page = 0; page < head.pages().size(); page++) {
        bytes.putInt(pages + page * GoldenHead.PAGE_BYTES, head.pages().get(page));
      }
      for (int row = 0; row < head.masks().size(); row++) {
        bytes.putLong(masks + row * GoldenHead.MASK_BYTES, head.masks().get(row));
      }
      for (int row = 0; row < head.states().size(); row++) {
        AttentionState state = head.states().get(row);
        state.encode(bytes, states + row * AttentionState.bytes(state.length()));
      }
      at = end;
      output = chosen + readPageBytes(head);
    }
    return bytes;
  }

  /** The queries of the first position choose for all rows. */
  private static RouteEntry route(HeadQueries head, long queries) {
    return head.route()
        .orElseThrow()
        .with(RouteEntry.ROWS, head.entry().value(HeadEntry.GROUP))
        .with(RouteEntry.QUERIES, queries);
  }

  private List<Descriptor> descriptors(long address) {
    List<Descriptor> descriptors = new ArrayList<>();
    Set<Engine> waiting = EnumSet.noneOf(Engine.class);
    if (!appends.isEmpty()) {
      // The others of an engine run behind its first.
      waiting.add(Engine.ATTENTION);
      if (!summaries.isEmpty()) {
        waiting.add(Engine.ROUTER);
      }
      Descriptor append = appends.descriptor(address + appendsStart());
      waiting.forEach(append::release);
      descriptors.add(append);
    }
    for (int from = 0; from < summaries.size(); from += MOST_SUMMARIES) {
      long table = address + summariesStart() + (long) from * SummaryEntry.BYTES;
      int entries = Math.min(MOST_SUMMARIES, summaries.size() - from);
      Descriptor summarise = run(Operation.SUMMARISE, table, entries);
      descriptors.add(waiting.remove(Engine.ROUTER) ? summarise.await(Engine.CACHE) : summarise);
    }
    int from = 0;
    for (int entries : groups) {
      long routes = address + routesStart() + (long) from * RouteEntry.BYTES;
      long table = address + listBytes() + (long) from * HeadEntry.BYTES;
      Descriptor attend = run(Operation.ATTEND, table, entries);
      if (routed) {
        descriptors.add(run(Operation.ROUTE, routes, entries).release(Engine.ATTENTION));
        attend.await(Engine.ROUTER);
      }
      descriptors.add(waiting.remove(Engine.ATTENTION) ? attend.await(Engine.CACHE) : attend);
      from += entries;
    }
    descriptors.add(Descriptor.of(Operation.END));
    return descriptors;
  }

  private static Descriptor run(Operation operation, long table, int entries) {
    return Descriptor.of(operation).with("table", table).with("entries", entries);
  }

  /** Cycles of an engine, from the completion records in what was read. */
  long cycles(Engine engine, ByteBuffer read) {
    return IntStream.range(0, engineDescriptors())
        .mapToObj(i -> CompletionRecord.decode(read, recordOffset() + i * CompletionRecord.BYTES))
        .filter(record -> record.engine() == engine)
        .mapToLong(CompletionRecord::cycles)
        .sum();
  }

  /** What each entry gave, from what was read. */
  List<HeadOutputs> decode(ByteBuffer read) {
    List<HeadOutputs> outputs = new ArrayList<>();
    int at = 0;
    for (HeadQueries head : heads) {
      ByteBuffer output = read.slice(at, outputs(head).bytes());
      at += output.capacity();
      ByteBuffer pages = read.slice(at, readPageBytes(head)).order(ByteOrder.LITTLE_ENDIAN);
      at += pages.capacity();
      outputs.add(
          outputs(head)
              .decode(
                  output,
                  head.route().isPresent() ? words(pages, head.pageCount()) : head.pages()));
    }
    return outputs;
  }

  private static List<Integer> words(ByteBuffer bytes, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> bytes.getInt(i * GoldenHead.PAGE_BYTES))
        .toList();
  }

  /** Multiplications that the outputs need. */
  long products() {
    return heads.stream().mapToLong(HeadQueries::products).sum();
  }
}

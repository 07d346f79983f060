package dev.heddle.host.device;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.Int8Block;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.mask.Schedule;
import dev.heddle.accel.mask.ScheduleFormat;
import dev.heddle.accel.mask.ScheduleImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A descriptor list that runs one head table, with everything but keys and values in one piece of
 * card memory, so that it is written at once and its results are read at once.
 *
 * <pre>
 *   written   ATTEND, END | head table | of each entry: queries, exponents, pages, masks, schedule
 *   read      of each entry: output rows | completion record
 * </pre>
 */
final class AttendList {
  private static final int LIST_BYTES = 2 * Operation.BYTES;

  private final List<HeadQueries> heads;
  private final List<Optional<ScheduleImage>> schedules;

  /**
   * A table with an entry for each of {@code heads}.
   *
   * @throws IllegalArgumentException when a schedule has more rows or keys than can be listed
   */
  AttendList(List<HeadQueries> heads) {
    this.heads = heads;
    schedules = heads.stream().map(head -> head.schedule().map(AttendList::packed)).toList();
  }

  private static ScheduleImage packed(Schedule schedule) {
    ScheduleFormat format = new ScheduleFormat(schedule.lanes(), ScheduleFormat.DEFAULT_ENTRY_BITS);
    return ScheduleImage.pack(schedule, format);
  }

  private int tableBytes() {
    return heads.size() * HeadEntry.BYTES;
  }

  private static int queryBytes(HeadQueries head) {
    return head.queries().size() * lines(head, HeadEntry.KEY_LINES) * GoldenHead.LINE;
  }

  private static int exponentBytes(HeadQueries head) {
    return (int) ActivationImage.aligned(head.queries().size());
  }

  private static int pageListBytes(HeadQueries head) {
    return (int) ActivationImage.aligned((long) head.pages().size() * GoldenHead.PAGE_BYTES);
  }

  private static int maskBytes(HeadQueries head) {
    return (int) ActivationImage.aligned((long) head.masks().size() * GoldenHead.MASK_BYTES);
  }

  private static int rowElements(HeadQueries head) {
    return lines(head, HeadEntry.VALUE_LINES) * GoldenHead.LINE;
  }

  private static boolean inCodes(HeadQueries head) {
    return lines(head, HeadEntry.OUTPUT_FORMAT) == HeadEntry.Output.X8.ordinal();
  }

  /** Bytes of an output row, without exponents. */
  private static int rowBytes(HeadQueries head) {
    return rowElements(head) * (inCodes(head) ? Byte.BYTES : Float.BYTES);
  }

  private static int rowsBytes(HeadQueries head) {
    return head.queries().size() * rowBytes(head);
  }

  /** Bytes of the output rows and, behind them, of the exponents of their blocks. */
  private static int outputBytes(HeadQueries head) {
    int blocks = inCodes(head) ? head.queries().size() * rowElements(head) / BLOCK : 0;
    return rowsBytes(head) + (int) ActivationImage.aligned(blocks);
  }

  private static int lines(HeadQueries head, MemoryField field) {
    return (int) head.entry().value(field);
  }

  /** Bytes that are written. */
  int writtenBytes() {
    int bytes = LIST_BYTES + tableBytes();
    for (HeadQueries head : heads) {
      bytes += queryBytes(head) + exponentBytes(head) + pageListBytes(head) + maskBytes(head);
    }
    return bytes
        + schedules.stream().flatMap(Optional::stream).mapToInt(ScheduleImage::bytes).sum();
  }

  /** Bytes that are read, behind those that are written. */
  int readBytes() {
    return recordOffset() + CompletionRecord.BYTES;
  }

  /** Offset of the completion record in what is read. */
  int recordOffset() {
    return heads.stream().mapToInt(AttendList::outputBytes).sum();
  }

  /** Completes the entries for a place in card memory and writes what the machine reads there. */
  ByteBuffer encode(long address) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(writtenBytes()).order(ByteOrder.LITTLE_ENDIAN);
    Descriptor.of(Operation.ATTEND)
        .with("table", address + LIST_BYTES)
        .with("entries", heads.size())
        .encode(bytes, 0);
    Descriptor.of(Operation.END).encode(bytes, Operation.BYTES);
    int at = LIST_BYTES + tableBytes();
    long output = address + writtenBytes();
    for (int i = 0; i < heads.size(); i++) {
      HeadQueries head = heads.get(i);
      int exponents = at + queryBytes(head);
      int pages = exponents + exponentBytes(head);
      int masks = pages + pageListBytes(head);
      int end = masks + maskBytes(head);
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
          .with(HeadEntry.PAGES, address + pages)
          .with(HeadEntry.PAGE_COUNT, head.pages().size())
          .with(HeadEntry.MASKED, head.masks().isEmpty() ? 0 : 1)
          .with(HeadEntry.MASKS, address + masks)
          .with(HeadEntry.OUTPUT, output)
          .with(HeadEntry.OUTPUT_STRIDE, rowBytes(head))
          .with(HeadEntry.OUTPUT_EXPONENTS, output + rowsBytes(head))
          .encode(bytes, LIST_BYTES + i * HeadEntry.BYTES);
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
      at = end;
      output += outputBytes(head);
    }
    return bytes;
  }

  /** The output rows of each entry, {@code [entry][row][element]}, from what was read. */
  List<float[][]> decode(ByteBuffer read) {
    List<float[][]> outputs = new ArrayList<>();
    int at = 0;
    for (HeadQueries head : heads) {
      ByteBuffer output = read.slice(at, outputBytes(head)).order(ByteOrder.LITTLE_ENDIAN);
      float[][] rows = new float[head.queries().size()][rowElements(head)];
      for (int row = 0; row < rows.length; row++) {
        for (int i = 0; i < rows[row].length; i++) {
          int element = row * rows[row].length + i;
          rows[row][i] =
              inCodes(head)
                  ? Int8Block.value(
                      output.get(element), output.get(rowsBytes(head) + element / BLOCK))
                  : output.getFloat(element * Float.BYTES);
        }
      }
      outputs.add(rows);
      at += outputBytes(head);
    }
    return outputs;
  }

  /** Multiplications that the outputs need. */
  long products() {
    return heads.stream().mapToLong(HeadQueries::products).sum();
  }
}

package dev.heddle.host.model;

import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensor directory of a GGUF file.
 *
 * <pre>
 *   entry: name, number of dimensions, dimensions (contiguous first), type, offset
 *   data:  begins at the next multiple of the alignment after the last entry; offsets count from
 *          there and are multiples of the alignment
 * </pre>
 */
final class GgufTensors {
  private static final int MAX_NAME_BYTES = 64;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MIN_ENTRY_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
  private static final int MAX_ROW_BYTES = 1 << 30;

  /** An entry whose place in the file is not known until the directory has been read. */
  private record Entry(String name, TensorType type, List<Integer> dimensions, long offset) {
    long rows() {
      return dimensions.stream().skip(1).mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }

    long bytes() {
      return type.rowBytes(dimensions.get(0)) * rows();
    }
  }

  private GgufTensors() {}

  /** Checks that a directory of {@code count} entries can fit in what is left of the file. */
  static void checkCount(FileCursor cursor, long count) {
    if (count < 0 || count > cursor.remaining() / MIN_ENTRY_BYTES) {
      throw cursor.damaged(
          "the header states "
              + Long.toUnsignedString(count)
              + " tensors, more than fit in "
              + cursor.remaining()
              + " bytes");
    }
  }

  /** Reads the directory at the cursor and places its tensors. */
  static Map<String, Tensor> read(
      FileCursor cursor, long count, int alignment, FileChannel channel) {
    checkCount(cursor, count);
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      Entry entry = entry(cursor, "tensor " + i);
      if (entries.putIfAbsent(entry.name(), entry) != null) {
        throw cursor.damaged("two tensors are named " + entry.name());
      }
    }
    long dataStart = (cursor.position() + alignment - 1) / alignment * alignment;
    long dataBytes = Math.max(0, cursor.size() - dataStart);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries.values()) {
      checkPlace(cursor, entry, alignment, dataBytes);
      tensors.put(
          entry.name(),
          new Tensor(
              entry.name(),
              entry.type(),
              entry.dimensions(),
              dataStart + entry.offset(),
              cursor.file(),
              channel));
    }
    checkDisjoint(cursor, entries.values().stream().toList());
    return tensors;
  }

  private static Entry entry(FileCursor cursor, String what) {
    String name =
        cursor.utf8(cursor.i64("the length of the name of " + what), MAX_NAME_BYTES, what);
    String tensor = "tensor " + name;
    if (name.isEmpty()) {
      throw cursor.damaged(what + " has no name, before byte " + cursor.position());
    }
    int rank = cursor.i32("the number of dimensions of " + tensor);
    if (rank < 1 || rank > MAX_DIMENSIONS) {
      throw cursor.damaged(
          tensor
              + " has "
              + Integer.toUnsignedString(rank)
              + " dimensions, not 1 to "
              + MAX_DIMENSIONS);
    }
    List<Integer> dimensions = new ArrayList<>(rank);
    long rows = 1;
    for (int d = 0; d < rank; d++) {
      long dimension = cursor.i64("the dimensions of " + tensor);
      rows *= d == 0 ? 1 : Math.max(1, Math.min(dimension, Integer.MAX_VALUE));
      if (dimension < 1 || dimension > Integer.MAX_VALUE || rows > Integer.MAX_VALUE) {
        throw cursor.damaged(
            tensor + " has dimension " + Long.toUnsignedString(dimension) + ", out of range");
      }
      dimensions.add((int) dimension);
    }
    TensorType type = type(cursor, tensor);
    int columns = dimensions.get(0);
    if (columns % type.elementsPerBlock() != 0
        || (long) columns / type.elementsPerBlock() * type.bytesPerBlock() > MAX_ROW_BYTES) {
      throw cursor.damaged(
          tensor
              + " has rows of "
              + columns
              + " elements; "
              + type
              + " rows are whole blocks of "
              + type.elementsPerBlock()
              + " and at most "
              + MAX_ROW_BYTES
              + " bytes");
    }
    return new Entry(name, type, dimensions, cursor.i64("the offset of " + tensor));
  }

  private static TensorType type(FileCursor cursor, String tensor) {
    int id = cursor.i32("the type of " + tensor);
    return TensorType.ofGgufId(id)
        .orElseThrow(
            () ->
                new ModelFileException(
                    cursor.file(),
                    tensor + " is " + TensorType.describe(id) + ", which cannot be loaded",
                    "use a file whose tensors are " + TensorType.names()));
  }

  private static void checkPlace(FileCursor cursor, Entry entry, int alignment, long dataBytes) {
    String tensor = "tensor " + entry.name();
    if (entry.offset() % alignment != 0) {
      throw cursor.damaged(
          tensor
              + " has offset "
              + Long.toUnsignedString(entry.offset())
              + ", not a multiple of the alignment "
              + alignment);
    }
    if (entry.offset() < 0 || entry.offset() > dataBytes - entry.bytes()) {
      throw cursor.damaged(
          tensor
              + " has "
              + entry.bytes()
              + " bytes at offset "
              + Long.toUnsignedString(entry.offset())
              + ", but the file has only "
              + dataBytes
              + " bytes of data");
    }
  }

  private static void checkDisjoint(FileCursor cursor, List<Entry> entries) {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparingLong(Entry::offset));
    for (int i = 1; i < sorted.size(); i++) {
      Entry before = sorted.get(i - 1);
      Entry after = sorted.get(i);
      if (before.offset() + before.bytes() > after.offset()) {
        throw cursor.damaged(
            "tensors " + before.name() + " and " + after.name() + " overlap in the file");
      }
    }
  }
}

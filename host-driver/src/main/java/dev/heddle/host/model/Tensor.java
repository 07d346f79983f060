package dev.heddle.host.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;

/**
 * A named matrix (or vector, one row) of a model file, mapped when first used.
 *
 * <pre>
 *   row 0:      block block .. block     columns() elements, the reduction dimension
 *   row 1:      block block .. block
 *   ..
 *   row rows()-1
 * </pre>
 *
 * Buffers are read-only and little-endian; each call returns its own, at position 0. The mapping
 * outlives {@link ModelFile#close} but cannot be begun after it. Safe for use by several threads.
 */
public final class Tensor {
  /** Greatest size of a mapping that is cut at row ends, used when one mapping cannot hold all. */
  private static final long SEGMENT_BYTES = 1L << 30;

  private final String name;
  private final TensorType type;
  private final List<Integer> dimensions;
  private final long offset;
  private final long rowBytes;
  private final Path file;
  private final FileChannel channel;
  private final int rowsPerSegment;
  private final ByteBuffer[] segments;

  Tensor(
      String name,
      TensorType type,
      List<Integer> dimensions,
      long offset,
      Path file,
      FileChannel channel) {
    this.name = name;
    this.type = type;
    this.dimensions = List.copyOf(dimensions);
    this.offset = offset;
    this.file = file;
    this.channel = channel;
    this.rowBytes = type.rowBytes(columns());
    if (byteSize() <= Integer.MAX_VALUE) {
      this.rowsPerSegment = rows();
    } else {
      this.rowsPerSegment = (int) Math.max(1, SEGMENT_BYTES / rowBytes);
    }
    this.segments = new ByteBuffer[(rows() - 1) / rowsPerSegment + 1];
  }

  /** The name, as GGUF spells it. */
  public String name() {
    return name;
  }

  /** The element format. */
  public TensorType type() {
    return type;
  }

  /** The dimensions; the first is contiguous in memory. */
  public List<Integer> dimensions() {
    return dimensions;
  }

  /** Elements of a row, the first dimension. */
  public int columns() {
    return dimensions.get(0);
  }

  /** Rows, the product of all dimensions but the first. */
  public int rows() {
    int rows = 1;
    for (int i = 1; i < dimensions.size(); i++) {
      rows = Math.multiplyExact(rows, dimensions.get(i));
    }
    return rows;
  }

  /** Bytes of a row. */
  public long rowBytes() {
    return rowBytes;
  }

  /** Bytes of the whole tensor. */
  public long byteSize() {
    return rowBytes * rows();
  }

  /** Where the tensor begins in its file, in bytes. */
  public long fileOffset() {
    return offset;
  }

  /** All bytes. A tensor above 2 GB does not fit in a buffer: read it by {@link #row}. */
  public ByteBuffer bytes() {
    if (segments.length != 1) {
      throw new UnsupportedOperationException(
          "tensor " + name + " has " + byteSize() + " bytes, too many for one buffer: use row(i)");
    }
    return view(segment(0));
  }

  /** The bytes of a row. */
  public ByteBuffer row(int row) {
    if (row < 0 || row >= rows()) {
      throw new IndexOutOfBoundsException(
          "row " + row + " of tensor " + name + ", which has " + rows() + " rows");
    }
    long start = row % rowsPerSegment * rowBytes;
    return view(segment(row / rowsPerSegment).slice((int) start, (int) rowBytes));
  }

  /** The values of a row; a quantised element is its code times the scale, plus the minimum. */
  public float[] rowFloats(int row) {
    float[] values = new float[columns()];
    ElementDecoder.decode(type, row(row), values);
    return values;
  }

  /** The values of all rows, one after the other; for vectors and small matrices. */
  public float[] floats() {
    float[] values = new float[Math.multiplyExact(columns(), rows())];
    for (int row = 0; row < rows(); row++) {
      System.arraycopy(rowFloats(row), 0, values, row * columns(), columns());
    }
    return values;
  }

  private static ByteBuffer view(ByteBuffer buffer) {
    return buffer.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private synchronized ByteBuffer segment(int index) {
    if (segments[index] == null) {
      long first = (long) index * rowsPerSegment;
      long count = Math.min(rowsPerSegment, rows() - first);
      try {
        segments[index] =
            channel.map(MapMode.READ_ONLY, offset + first * rowBytes, count * rowBytes);
      } catch (ClosedChannelException e) {
        throw new IllegalStateException(
            "tensor " + name + " of " + file + " is used after the file was closed", e);
      } catch (IOException e) {
        throw new ModelFileException(
            file, "tensor " + name + " cannot be mapped: " + e.getMessage(), "check the disk", e);
      }
    }
    return segments[index];
  }

  @Override
  public String toString() {
    return name + " " + type + dimensions;
  }
}

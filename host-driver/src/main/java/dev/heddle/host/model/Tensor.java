package dev.heddle.host.model;

import dev.heddle.accel.format.Fp16;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

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
  private final int rows;
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
    this.rows = dimensions.stream().skip(1).reduce(1, Math::multiplyExact);
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

  /**
   * Writes the values of a row to {@code target}, which has one place a column; a quantised element
   * is its code times the scale, plus the minimum.
   */
  public void readRow(int row, float[] target) {
    if (target.length != columns()) {
      throw new IllegalArgumentException(
          "tensor " + name + " has " + columns() + " columns, the target " + target.length);
    }
    ByteBuffer bytes = row(row);
    if (type.weightFormat().isPresent()) {
      QuantisedMatrix matrix = checked(() -> fromFile(type.weightFormat().get(), bytes, 1));
      System.arraycopy(matrix.dequantise(0), 0, target, 0, target.length);
    } else if (type == TensorType.F32) {
      bytes.asFloatBuffer().get(target);
      requireFinite(row, target);
    } else {
      for (int i = 0; i < target.length; i++) {
        int bits = bytes.getShort();
        target[i] = checked(() -> Fp16.toFloat(bits));
      }
    }
  }

  private void requireFinite(int row, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw ModelFileException.damaged(
            file, "in tensor " + name + ", element " + i + " of row " + row + " is " + values[i]);
      }
    }
  }

  /** The values of all rows, one after the other; for vectors and small matrices. */
  public float[] floats() {
    float[] values = new float[Math.multiplyExact(columns(), rows())];
    float[] target = new float[columns()];
    for (int row = 0; row < rows(); row++) {
      readRow(row, target);
      System.arraycopy(target, 0, values, row * columns(), columns());
    }
    return values;
  }

  /**
   * The matrix in blocks of codes: the very codes and scales of the file where it is quantised,
   * else quantised now.
   *
   * @param otherwise the format that a floating-point tensor is quantised to
   */
  public QuantisedMatrix quantised(WeightFormat otherwise) {
    return checked(
        () ->
            type.weightFormat().isPresent()
                ? fromFile(type.weightFormat().get(), bytes(), rows())
                : QuantisedMatrix.quantise(otherwise, this::readRow, rows(), columns()));
  }

  private QuantisedMatrix fromFile(WeightFormat format, ByteBuffer bytes, int rows) {
    return QuantisedMatrix.fromFile(format, bytes, rows, columns());
  }

  /** Numbers that no model has, such as an infinite scale, are the file's fault. */
  private <T> T checked(Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      throw ModelFileException.damaged(file, "in tensor " + name + ", " + e.getMessage(), e);
    }
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

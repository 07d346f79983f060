package dev.heddle.accel.format;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A weight matrix in a {@link WeightFormat}: rows of blocks, each of 32 codes, a binary16 scale and
 * for some formats a binary16 minimum.
 *
 * <p>Rows are outputs, columns the reduction dimension. Columns that are no multiple of 32 are
 * filled up with zero codes; the activations there are zero, so a minimum does no harm.
 */
public final class QuantisedMatrix {
  private final WeightFormat format;
  private final int rows;
  private final int columns;
  private final int blocks;
  private final byte[] codes;
  private final short[] scales;
  private final short[] mins;

  QuantisedMatrix(WeightFormat format, int rows, int columns) {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          "a matrix of %d rows and %d columns".formatted(rows, columns));
    }
    this.format = format;
    this.rows = rows;
    this.columns = columns;
    this.blocks = X8Vector.blocks(columns);
    long elements = (long) rows * blocks * BLOCK;
    if (elements > Integer.MAX_VALUE - BLOCK) {
      throw new IllegalArgumentException(
          "a matrix of %d x %d has more than 2^31 codes; split its rows".formatted(rows, columns));
    }
    this.codes = new byte[(int) elements];
    this.scales = new short[rows * blocks];
    this.mins = new short[format.hasMin() ? rows * blocks : 0];
  }

  /** Gives the elements of a row, so that a matrix need not be in memory as floats. */
  @FunctionalInterface
  public interface RowSource {
    /** Writes the elements of {@code row} to {@code target}, which has one place a column. */
    void read(int row, float[] target);
  }

  /**
   * The matrix whose blocks lie in {@code source} from its position on, in the layout of a GGUF
   * file: codes and scales are taken as they are. The buffer's position does not move.
   *
   * <pre>
   *   Q8_0   scale, 32 codes                           34 bytes
   *   Q4_0   scale, 16 bytes of (code + 8)             18 bytes    low nibble of byte j: element j
   *   Q4_1   scale, minimum, 16 bytes of codes         20 bytes    high nibble: element j + 16
   * </pre>
   *
   * @throws IllegalArgumentException when columns are no multiple of 32, the buffer is too short,
   *     or a scale or minimum is infinite or NaN
   */
  public static QuantisedMatrix fromFile(
      WeightFormat format, ByteBuffer source, int rows, int columns) {
    if (columns % BLOCK != 0) {
      throw new IllegalArgumentException(
          "a %s matrix in a file has rows of whole blocks of %d, not %d columns"
              .formatted(format, BLOCK, columns));
    }
    QuantisedMatrix matrix = new QuantisedMatrix(format, rows, columns);
    int rowBytes = matrix.blocks * format.blockBytes();
    if (source.remaining() < (long) rows * rowBytes) {
      throw new IllegalArgumentException(
          "a %s matrix of %d x %d takes %d bytes, but there are %d"
              .formatted(format, rows, columns, (long) rows * rowBytes, source.remaining()));
    }
    byte[] bytes = new byte[rowBytes];
    ByteBuffer row = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int r = 0; r < rows; r++) {
      source.get(source.position() + r * rowBytes, bytes);
      for (int b = 0; b < matrix.blocks; b++) {
        matrix.readBlock(r, b, row, b * format.blockBytes());
      }
    }
    return matrix;
  }

  private void readBlock(int row, int block, ByteBuffer source, int offset) {
    int index = row * blocks + block;
    scales[index] = source.getShort(offset);
    requireFinite(scales[index], row, block, "scale");
    if (format.hasMin()) {
      mins[index] = source.getShort(offset + Short.BYTES);
      requireFinite(mins[index], row, block, "minimum");
    }
    int from = offset + format.scalesPerBlock() * Short.BYTES;
    int to = index * BLOCK;
    if (format.codeBits() == Byte.SIZE) {
      source.get(from, codes, to, BLOCK);
      return;
    }
    int half = BLOCK / 2;
    for (int j = 0; j < half; j++) {
      int pair = source.get(from + j);
      codes[to + j] = (byte) ((pair & 15) + format.minCode());
      codes[to + half + j] = (byte) ((pair >> 4 & 15) + format.minCode());
    }
  }

  /** Quantises a matrix of {@code rows * columns} floats, row after row. */
  public static QuantisedMatrix quantise(
      WeightFormat format, float[] values, int rows, int columns) {
    if (values.length != (long) rows * columns) {
      throw new IllegalArgumentException(
          "%d values for a matrix of %d x %d".formatted(values.length, rows, columns));
    }
    return quantise(
        format,
        (row, target) -> System.arraycopy(values, row * columns, target, 0, columns),
        rows,
        columns);
  }

  /**
   * Quantises a matrix, block by block with the rule of {@link BlockQuantiser}.
   *
   * @throws IllegalArgumentException when a value is infinite or NaN, or so large that its block's
   *     scale or minimum exceeds binary16
   */
  public static QuantisedMatrix quantise(
      WeightFormat format, RowSource source, int rows, int columns) {
    QuantisedMatrix matrix = new QuantisedMatrix(format, rows, columns);
    BlockQuantiser quantiser = new BlockQuantiser(format);
    float[] row = new float[columns];
    for (int r = 0; r < rows; r++) {
      source.read(r, row);
      for (int b = 0; b < matrix.blocks; b++) {
        int index = r * matrix.blocks + b;
        int from = b * BLOCK;
        quantiser.quantise(row, from, Math.min(from + BLOCK, columns), matrix.codes, index * BLOCK);
        matrix.setScales(r, b, quantiser.scaleBits(), quantiser.minBits());
      }
    }
    return matrix;
  }

  /** The format. */
  public WeightFormat format() {
    return format;
  }

  /** Number of rows, the outputs. */
  public int rows() {
    return rows;
  }

  /** Number of columns, the reduction dimension, without the fill to whole blocks. */
  public int columns() {
    return columns;
  }

  /** Blocks of a row. */
  public int blocks() {
    return blocks;
  }

  /** Code of an element of a row; the elements count over all blocks. */
  public byte code(int row, int element) {
    return codes[row * blocks * BLOCK + element];
  }

  /** Bits of a block's binary16 scale. */
  public int scaleBits(int row, int block) {
    return scales[row * blocks + block] & 0xffff;
  }

  /** Bits of a block's binary16 minimum; zero in a format without. */
  public int minBits(int row, int block) {
    return format.hasMin() ? mins[row * blocks + block] & 0xffff : 0;
  }

  /**
   * The values of a row, {@code code * scale} or {@code code * scale + min}, without the fill. The
   * product is exact; the sum rounds to fp32.
   */
  public float[] dequantise(int row) {
    float[] values = new float[columns];
    for (int i = 0; i < columns; i++) {
      int block = i / BLOCK;
      float product = Fp32.mul(code(row, i), Fp16.toFloat(scaleBits(row, block)));
      values[i] = format.hasMin() ? Fp32.add(product, Fp16.toFloat(minBits(row, block))) : product;
    }
    return values;
  }

  void setScales(int row, int block, int scaleBits, int minBits) {
    int index = row * blocks + block;
    scales[index] = (short) scaleBits;
    requireFinite(scales[index], row, block, "scale");
    if (format.hasMin()) {
      mins[index] = (short) minBits;
      requireFinite(mins[index], row, block, "minimum");
    }
  }

  private static void requireFinite(short bits, int row, int block, String what) {
    if (!Fp16.isFinite(bits)) {
      throw new IllegalArgumentException(
          "the %s of row %d, block %d is not a finite binary16 number (0x%04x)"
              .formatted(what, row, block, bits & 0xffff));
    }
  }

  /** The codes of all blocks, row after row: {@code rows * blocks * 32}. */
  byte[] codeArray() {
    return codes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuantisedMatrix matrix
        && format == matrix.format
        && rows == matrix.rows
        && columns == matrix.columns
        && Arrays.equals(codes, matrix.codes)
        && Arrays.equals(scales, matrix.scales)
        && Arrays.equals(mins, matrix.mins);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(codes) + Arrays.hashCode(scales)) + Arrays.hashCode(mins);
  }

  @Override
  public String toString() {
    return "%s matrix of %d x %d".formatted(format, rows, columns);
  }
}

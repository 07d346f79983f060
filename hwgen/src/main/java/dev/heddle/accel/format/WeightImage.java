package dev.heddle.accel.format;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import dev.heddle.accel.Configuration;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A {@link QuantisedMatrix} packed for a configuration's memory ports ({@link WeightLayout}).
 *
 * @param layout where everything lies
 * @param accumulatorUnit the l0 of the matrix ({@link AccumulatorUnit})
 * @param bytes the image, {@code layout.size()} bytes from index 0 on, little endian
 */
public record WeightImage(WeightLayout layout, int accumulatorUnit, ByteBuffer bytes) {
  /**
   * Packs a matrix into a new direct buffer.
   *
   * @throws IllegalArgumentException when its rows are longer than the configuration takes, or the
   *     image exceeds 2 GiB
   */
  public static WeightImage pack(QuantisedMatrix matrix, Configuration configuration) {
    WeightLayout layout = layout(matrix, configuration);
    ByteBuffer bytes =
        ByteBuffer.allocateDirect((int) layout.size()).order(ByteOrder.LITTLE_ENDIAN);
    write(matrix, layout, bytes, 0);
    return new WeightImage(layout, AccumulatorUnit.of(matrix), bytes);
  }

  /** The layout of a matrix's image. */
  public static WeightLayout layout(QuantisedMatrix matrix, Configuration configuration) {
    WeightLayout layout =
        new WeightLayout(matrix.format(), matrix.rows(), matrix.columns(), configuration);
    if (layout.size() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the image of a %s takes %d bytes, more than 2^31; split its rows"
              .formatted(matrix, layout.size()));
    }
    return layout;
  }

  /**
   * Packs a matrix straight into memory at {@code offset}, fill included.
   *
   * @param layout what {@link #layout(QuantisedMatrix, Configuration)} gives for the matrix
   */
  public static void write(
      QuantisedMatrix matrix, WeightLayout layout, ByteBuffer memory, int offset) {
    Configuration configuration = layout.configuration();
    byte[] group = new byte[groupBytes(layout, configuration.blocksPerScaleBeat())];
    byte[] fill = new byte[ActivationImage.ALIGNMENT];
    for (int port = 0; port < configuration.ports(); port++) {
      int at = offset + (int) (port * layout.portStride());
      int end = at + (int) layout.portStride();
      for (int tile = 0; tile < layout.tiles(); tile++) {
        int firstRow = tile * configuration.rows() + port * configuration.lanes();
        for (int g = 0; g < layout.groups(); g++) {
          int length = groupBytes(layout, layout.blocksOf(g));
          Arrays.fill(group, 0, length, (byte) 0);
          packGroup(matrix, layout, firstRow, g, group);
          memory.put(at, group, 0, length);
          at += length;
        }
      }
      memory.put(at, fill, 0, end - at);
    }
  }

  private static int groupBytes(WeightLayout layout, int blocks) {
    return (layout.scaleBeats() + blocks * layout.codeBeats()) * layout.configuration().beatBytes();
  }

  private static void packGroup(
      QuantisedMatrix matrix, WeightLayout layout, int firstRow, int group, byte[] target) {
    int lanes = layout.configuration().lanes();
    int columns = layout.configuration().columns();
    int beatBytes = layout.configuration().beatBytes();
    int laneBytes = columns * layout.format().codeBits() / Byte.SIZE;
    int firstBlock = group * layout.configuration().blocksPerScaleBeat();
    int present = Math.min(lanes, matrix.rows() - firstRow);
    for (int b = 0; b < layout.blocksOf(group); b++) {
      for (int lane = 0; lane < present; lane++) {
        int row = firstRow + lane;
        int place = (b * lanes + lane) * Short.BYTES;
        putShort(target, place, matrix.scaleBits(row, firstBlock + b));
        if (layout.format().hasMin()) {
          putShort(target, beatBytes + place, matrix.minBits(row, firstBlock + b));
        }
        int from = (row * matrix.blocks() + firstBlock + b) * BLOCK;
        int to = (layout.scaleBeats() + b * layout.codeBeats()) * beatBytes + lane * laneBytes;
        for (int i = 0; i < BLOCK; i += columns) {
          packCodes(matrix, from + i, columns, target, to);
          to += lanes * laneBytes;
        }
      }
    }
  }

  private static void packCodes(
      QuantisedMatrix matrix, int from, int count, byte[] target, int to) {
    byte[] codes = matrix.codeArray();
    if (matrix.format().codeBits() == Byte.SIZE) {
      System.arraycopy(codes, from, target, to, count);
      return;
    }
    for (int i = 0; i < count / 2; i++) {
      target[to + i] = (byte) ((codes[from + 2 * i] & 15) | (codes[from + 2 * i + 1] << 4));
    }
  }

  private static void putShort(byte[] target, int at, int bits) {
    target[at] = (byte) bits;
    target[at + 1] = (byte) (bits >> Byte.SIZE);
  }

  /** The matrix of this image. */
  public QuantisedMatrix unpack() {
    return read(layout, bytes, 0);
  }

  /**
   * Reads a matrix back from its image at {@code offset}.
   *
   * @throws IllegalArgumentException when a scale or minimum is infinite or NaN
   */
  public static QuantisedMatrix read(WeightLayout layout, ByteBuffer memory, int offset) {
    QuantisedMatrix matrix = new QuantisedMatrix(layout.format(), layout.rows(), layout.columns());
    Configuration configuration = layout.configuration();
    byte[] group = new byte[groupBytes(layout, configuration.blocksPerScaleBeat())];
    for (int port = 0; port < configuration.ports(); port++) {
      int at = offset + (int) (port * layout.portStride());
      for (int tile = 0; tile < layout.tiles(); tile++) {
        int firstRow = tile * configuration.rows() + port * configuration.lanes();
        for (int g = 0; g < layout.groups(); g++) {
          int length = groupBytes(layout, layout.blocksOf(g));
          memory.get(at, group, 0, length);
          unpackGroup(matrix, layout, firstRow, g, group);
          at += length;
        }
      }
    }
    return matrix;
  }

  private static void unpackGroup(
      QuantisedMatrix matrix, WeightLayout layout, int firstRow, int group, byte[] source) {
    int lanes = layout.configuration().lanes();
    int columns = layout.configuration().columns();
    int beatBytes = layout.configuration().beatBytes();
    int laneBytes = columns * layout.format().codeBits() / Byte.SIZE;
    int firstBlock = group * layout.configuration().blocksPerScaleBeat();
    int present = Math.min(lanes, matrix.rows() - firstRow);
    for (int b = 0; b < layout.blocksOf(group); b++) {
      for (int lane = 0; lane < present; lane++) {
        int row = firstRow + lane;
        int place = (b * lanes + lane) * Short.BYTES;
        int min = layout.format().hasMin() ? getShort(source, beatBytes + place) : 0;
        matrix.setScales(row, firstBlock + b, getShort(source, place), min);
        int to = (row * matrix.blocks() + firstBlock + b) * BLOCK;
        int from = (layout.scaleBeats() + b * layout.codeBeats()) * beatBytes + lane * laneBytes;
        for (int i = 0; i < BLOCK; i += columns) {
          unpackCodes(matrix, to + i, columns, source, from);
          from += lanes * laneBytes;
        }
      }
    }
  }

  private static void unpackCodes(
      QuantisedMatrix matrix, int to, int count, byte[] source, int from) {
    byte[] codes = matrix.codeArray();
    if (matrix.format().codeBits() == Byte.SIZE) {
      System.arraycopy(source, from, codes, to, count);
      return;
    }
    boolean signed = matrix.format().signed();
    for (int i = 0; i < count / 2; i++) {
      int pair = source[from + i];
      codes[to + 2 * i] = (byte) (signed ? pair << 28 >> 28 : pair & 15);
      codes[to + 2 * i + 1] = (byte) (signed ? pair >> 4 : pair >> 4 & 15);
    }
  }

  private static int getShort(byte[] source, int at) {
    return (source[at] & 0xff) | ((source[at + 1] & 0xff) << Byte.SIZE);
  }
}

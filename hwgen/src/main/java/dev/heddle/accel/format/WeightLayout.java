package dev.heddle.accel.format;

import static dev.heddle.accel.format.WeightFormat.BLOCK;

import dev.heddle.accel.Configuration;

/**
 * Where the codes, scales and minimums of a matrix lie in card memory: beats that the hardware
 * takes in the order they come.
 *
 * <p>Rows form row tiles of {@code configuration.rows()}; row r of a tile belongs to port {@code r
 * / lanes} and there to lane {@code r % lanes}. Rows beyond the matrix are rows of zeros. A port
 * reads one contiguous stream, at {@code port * portStride()}:
 *
 * <pre>
 *   for each row tile
 *     for each group of blocksPerScaleBeat() blocks            the last one may have fewer
 *       one beat of scales        bits 16*(b*lanes + l): block b of the group, lane l
 *       one beat of minimums      the same places; only in formats that have them
 *       for each block, step p (32 / columns), lane l, column c
 *         the code of element p*columns + c, codeBits bits     little endian, densely packed
 * </pre>
 *
 * Places of missing blocks in a scale beat are zero. A step of a block, lanes * columns codes,
 * fills one or more whole beats, and so does every part above. Signed codes are in two's
 * complement.
 *
 * @param format format of the codes
 * @param rows rows of the matrix
 * @param columns columns of the matrix; blocks are filled up with zero codes
 * @param configuration the accelerator that reads it
 */
public record WeightLayout(
    WeightFormat format, int rows, int columns, Configuration configuration) {
  public WeightLayout {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          "a matrix of %d rows and %d columns".formatted(rows, columns));
    }
    if (X8Vector.blocks(columns) > configuration.maxBlocks()) {
      throw new IllegalArgumentException(
          ("%d columns are %d blocks, but configuration %s takes at most %d;"
                  + " use maxBlocks=%d or a larger configuration")
              .formatted(
                  columns,
                  X8Vector.blocks(columns),
                  configuration.name(),
                  configuration.maxBlocks(),
                  X8Vector.blocks(columns)));
    }
  }

  /** Blocks of a row. */
  public int blocks() {
    return X8Vector.blocks(columns);
  }

  /** Row tiles. */
  public int tiles() {
    return (rows + configuration.rows() - 1) / configuration.rows();
  }

  /** Groups of blocks that share a scale beat, for each row tile. */
  public int groups() {
    int size = configuration.blocksPerScaleBeat();
    return (blocks() + size - 1) / size;
  }

  /** Blocks of a group: as many as share a scale beat, or what is left in the last one. */
  public int blocksOf(int group) {
    int size = configuration.blocksPerScaleBeat();
    return Math.min(size, blocks() - group * size);
  }

  /** Beats of scales and minimums of a group on each port. */
  public int scaleBeats() {
    return format.scalesPerBlock();
  }

  /** Beats of codes of a block on each port. */
  public int codeBeats() {
    return configuration.lanes() * BLOCK * format.codeBits() / configuration.portBits();
  }

  /** Beats of a row tile on each port. */
  public long tileBeats() {
    return (long) groups() * scaleBeats() + (long) blocks() * codeBeats();
  }

  /** Bytes of a row tile on each port. */
  public int tileBytes() {
    return Math.toIntExact(tileBeats() * configuration.beatBytes());
  }

  /** The layout of the rows of {@code count} row tiles from tile {@code first} on. */
  public WeightLayout tiles(int first, int count) {
    int from = first * configuration.rows();
    int to = Math.min(rows, (first + count) * configuration.rows());
    return new WeightLayout(format, to - from, columns, configuration);
  }

  /** Beats of the whole stream of each port. */
  public long portBeats() {
    return tileBeats() * tiles();
  }

  /** Beats over all ports. */
  public long beats() {
    return portBeats() * configuration.ports();
  }

  /** Beats of weights that the machine reads for a product with some vectors. */
  public long beatsRead(int vectors) {
    return beats() * (configuration.compact() ? vectors : 1);
  }

  /**
   * Bytes from one port's stream to the next: {@code portBeats()} beats, up to a multiple of 64.
   */
  public long portStride() {
    return ActivationImage.aligned(portBeats() * configuration.beatBytes());
  }

  /** Bytes of the image. */
  public long size() {
    return portStride() * configuration.ports();
  }

  /** Bytes of the streams of all ports, without the fill behind each. */
  public long streamBytes() {
    return beats() * configuration.beatBytes();
  }

  /** Bytes of real codes, scales and minimums, without any fill. */
  public long payloadBytes() {
    return (long) rows * blocks() * format.blockBytes();
  }
}

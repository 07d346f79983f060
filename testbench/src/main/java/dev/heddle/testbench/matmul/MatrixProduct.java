package dev.heddle.testbench.matmul;

import dev.heddle.accel.Configuration;
import dev.heddle.accel.format.AccumulatorUnit;
import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.QuantisedMatrix;
import dev.heddle.accel.format.WeightImage;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Operation;
import dev.heddle.testbench.CardMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The product of a matrix with vectors, laid out in card memory:
 *
 * <pre>
 *   base            vectors          read by load()
 *   weights()       weight image     read by multiply()
 *   output()        results          written by multiply()
 *   end()
 * </pre>
 */
public final class MatrixProduct {
  private final QuantisedMatrix matrix;
  private final List<X8Vector> vectors;
  private final WeightLayout layout;
  private final ActivationImage image;
  private final int accumulatorUnit;
  private final long base;

  /**
   * The product of {@code matrix} with each of {@code vectors}.
   *
   * @param base first byte in card memory, a multiple of 64
   */
  public MatrixProduct(
      QuantisedMatrix matrix, List<X8Vector> vectors, Configuration configuration, long base) {
    this.matrix = matrix;
    this.vectors = List.copyOf(vectors);
    this.base = base;
    layout = WeightImage.layout(matrix, configuration);
    image = new ActivationImage(layout.blocks());
    accumulatorUnit = AccumulatorUnit.of(matrix);
  }

  /** The matrix. */
  public QuantisedMatrix matrix() {
    return matrix;
  }

  /** The vectors. */
  public List<X8Vector> vectors() {
    return vectors;
  }

  /** How the matrix lies in card memory. */
  public WeightLayout layout() {
    return layout;
  }

  /** The l0 of the matrix. */
  public int accumulatorUnit() {
    return accumulatorUnit;
  }

  /** Address of the weight image. */
  public long weights() {
    return ActivationImage.aligned(base + (long) image.size() * vectors.size());
  }

  /** Address of the first vector's results. */
  public long output() {
    return ActivationImage.aligned(weights() + layout.size());
  }

  /** Bytes from one vector's results to the next. */
  public int outputStride() {
    return (int)
        ActivationImage.aligned(
            (long) Float.BYTES * layout.tiles() * layout.configuration().rows());
  }

  /** First byte behind the results, a multiple of 64. */
  public long end() {
    return output() + (long) outputStride() * vectors.size();
  }

  /** Writes vectors and weights to card memory. */
  public void store(CardMemory memory) {
    ByteBuffer packed = ByteBuffer.allocate(Math.toIntExact(layout.size()));
    WeightImage.write(matrix, layout, packed, 0);
    memory.write(weights(), packed.rewind());
    ByteBuffer bytes = ByteBuffer.allocate(image.size() * vectors.size());
    for (int i = 0; i < vectors.size(); i++) {
      image.write(vectors.get(i), bytes, i * image.size());
    }
    memory.write(base, bytes.rewind());
  }

  /** Loads the vectors into half {@code half} of the activation buffer. */
  public Descriptor load(int half) {
    return Descriptor.of(Operation.LOAD)
        .with("source", base)
        .with("stride", image.size())
        .with("blocks", layout.blocks())
        .with("tokens", vectors.size())
        .with("buffer", half);
  }

  /** Multiplies with the vectors in half {@code half}. */
  public Descriptor multiply(int half) {
    return Descriptor.of(Operation.MATMUL)
        .with("weights", weights())
        .with("port_stride", layout.portStride())
        .with("port_beats", layout.portBeats())
        .with("output", output())
        .with("output_stride", outputStride())
        .with("row_tiles", layout.tiles())
        .with("blocks", layout.blocks())
        .with("tokens", vectors.size())
        .with("buffer", half)
        .with("format", matrix.format().ordinal())
        .with("l0", accumulatorUnit);
  }

  /** The results in card memory: {@code [vector][row]}. */
  public float[][] results(CardMemory memory) {
    float[][] results = new float[vectors.size()][matrix.rows()];
    for (int i = 0; i < results.length; i++) {
      ByteBuffer.wrap(memory.read(output() + (long) i * outputStride(), 4 * matrix.rows()))
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(results[i]);
    }
    return results;
  }

  @Override
  public String toString() {
    return "%s, %d vectors".formatted(matrix, vectors.size());
  }
}

package dev.heddle.host.device;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.format.X8Vector;
import dev.heddle.accel.isa.Descriptor;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.Operation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A descriptor list that multiplies matrices of equal row length with the same vectors.
 *
 * <pre>
 *   chunk 0   LOAD half 0 ---> MATMUL A, MATMUL B ..   half 0
 *   chunk 1   LOAD half 1 ---> MATMUL A, MATMUL B ..   half 1
 *   chunk 2   LOAD half 0 ---> ..        waits until chunk 0 is multiplied
 * </pre>
 *
 * A chunk has at most {@code maxTokens} vectors. The LOADs of a chunk overlap with the products of
 * the one before.
 */
final class MatmulList {
  private static final int HALVES = 2;

  private final List<ResidentMatrix> matrices;
  private final int vectors;
  private final int maxTokens;

  /** The product of each of {@code matrices} with {@code vectors} vectors. */
  MatmulList(List<ResidentMatrix> matrices, int vectors) {
    this.matrices = matrices;
    this.vectors = vectors;
    this.maxTokens = matrices.get(0).layout().configuration().maxTokens();
  }

  /** Bytes of the list of {@code chunks} chunks of vectors for so many matrices. */
  static long bytes(int chunks, int matrices) {
    return ((long) chunks * (1 + matrices) + 1) * Operation.BYTES;
  }

  /** Bytes from one token's results to the next: the rows of all row tiles in fp32. */
  static long outputStride(WeightLayout layout) {
    long rows = (long) layout.tiles() * layout.configuration().rows();
    return ActivationImage.aligned(rows * Float.BYTES);
  }

  /** Bytes of the list in card memory. */
  long bytes() {
    return bytes(chunks(), matrices.size());
  }

  private int chunks() {
    return (vectors + maxTokens - 1) / maxTokens;
  }

  /** The form of a vector in card memory. */
  ActivationImage image() {
    return new ActivationImage(matrices.get(0).layout().blocks());
  }

  /** Bytes of all vectors. */
  long activationBytes() {
    return (long) vectors * image().size();
  }

  /** Bytes of all results. */
  long resultBytes() {
    return vectors * matrices.stream().mapToLong(ResidentMatrix::outputStride).sum();
  }

  /** The list for vectors and results in the given places. */
  ByteBuffer encode(long activations, long results) {
    List<Descriptor> descriptors = new ArrayList<>();
    for (int chunk = 0; chunk < chunks(); chunk++) {
      int first = chunk * maxTokens;
      int count = Math.min(maxTokens, vectors - first);
      int half = chunk % HALVES;
      Descriptor load =
          Descriptor.of(Operation.LOAD)
              .with("source", activations + (long) first * image().size())
              .with("stride", image().size())
              .with("blocks", image().blocks())
              .with("tokens", count)
              .with("buffer", half)
              .release(Engine.MATMUL);
      descriptors.add(chunk >= HALVES ? load.await(Engine.MATMUL) : load);
      long output = results;
      for (int i = 0; i < matrices.size(); i++) {
        ResidentMatrix matrix = matrices.get(i);
        Descriptor matmul = matmul(matrix, output + first * matrix.outputStride(), count, half);
        if (i == 0) {
          matmul.await(Engine.LOADER);
        }
        if (i == matrices.size() - 1 && chunk + HALVES < chunks()) {
          matmul.release(Engine.LOADER);
        }
        descriptors.add(matmul);
        output += vectors * matrix.outputStride();
      }
    }
    descriptors.add(Descriptor.of(Operation.END));
    ByteBuffer list = ByteBuffer.allocateDirect((int) bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < descriptors.size(); i++) {
      descriptors.get(i).tag(i).encode(list, i * Operation.BYTES);
    }
    return list;
  }

  private static Descriptor matmul(ResidentMatrix matrix, long output, int count, int half) {
    return Descriptor.of(Operation.MATMUL)
        .with("weights", matrix.address())
        .with("port_stride", matrix.layout().portStride())
        .with("port_beats", matrix.layout().portBeats())
        .with("output", output)
        .with("output_stride", matrix.outputStride())
        .with("row_tiles", matrix.layout().tiles())
        .with("blocks", matrix.layout().blocks())
        .with("tokens", count)
        .with("buffer", half)
        .with("format", matrix.layout().format().ordinal())
        .with("l0", matrix.accumulatorUnit());
  }

  /** The vectors as they lie in card memory. */
  ByteBuffer encode(List<X8Vector> activations) {
    ActivationImage image = image();
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) activationBytes());
    for (int i = 0; i < vectors; i++) {
      image.write(activations.get(i), bytes, i * image.size());
    }
    return bytes;
  }

  /** The results of each matrix, {@code [matrix][vector][row]}. */
  List<float[][]> decode(ByteBuffer results) {
    List<float[][]> decoded = new ArrayList<>();
    int at = 0;
    for (ResidentMatrix matrix : matrices) {
      float[][] y = new float[vectors][matrix.rows()];
      for (float[] row : y) {
        results
            .slice(at, row.length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(row);
        at += (int) matrix.outputStride();
      }
      decoded.add(y);
    }
    return decoded;
  }

  /** Bytes of weights that the products need. */
  long payloadBytes() {
    return chunks() * matrices.stream().mapToLong(m -> m.layout().payloadBytes()).sum();
  }

  /** Multiplications that the results need. */
  long products() {
    return vectors * matrices.stream().mapToLong(m -> (long) m.rows() * m.layout().columns()).sum();
  }
}

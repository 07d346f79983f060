package dev.heddle.host.device;

import dev.heddle.accel.format.X8Vector;
import dev.heddle.host.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Products of matrices of which some are on the host, and pass through a window of card memory some
 * row tiles at a time. All vectors of a product are multiplied with them before the next ones come.
 *
 * <pre>
 *   each {@link ProductPass}            row tiles ------> window
 *     each group of vectors      vectors, list --> window, run, results <-- window
 * </pre>
 *
 * <p>There is one window, not two that take turns: at 15 Mbaud a virtual board multiplied for 4 ms
 * of the 619 that its weights came in, so that nothing would be gained. Weights in the window are
 * not compared as those of an upload are: the frames of a line have checksums of their own.
 */
final class StreamedProducts implements MatrixProducts {
  /** Vectors of a product that lie in the window. */
  private record Group(int from, int to) {}

  private final Transport transport;
  private final MemoryRegion window;
  private final ListRunner runner;
  private final ProductCounts counts;

  StreamedProducts(
      Transport transport, MemoryRegion window, ListRunner runner, ProductCounts counts) {
    this.transport = transport;
    this.window = window;
    this.runner = runner;
    this.counts = counts;
  }

  @Override
  public List<float[][]> multiply(List<DeviceMatrix> matrices, List<X8Vector> vectors) {
    List<float[][]> results = new ArrayList<>();
    for (DeviceMatrix matrix : matrices) {
      results.add(new float[vectors.size()][matrix.rows()]);
    }
    Group written = null;
    for (ProductPass pass : ProductPass.plan(matrices, vectors.size(), window.bytes())) {
      List<ResidentMatrix> parts = write(pass, matrices);
      for (int from = 0; from < vectors.size(); from += pass.vectors()) {
        Group group = new Group(from, Math.min(vectors.size(), from + pass.vectors()));
        MatmulList list = new MatmulList(parts, group.to - group.from);
        if (!group.equals(written)) {
          transport.writeBlock(
              window.address(), list.encode(vectors.subList(group.from, group.to)));
          written = group;
        }
        gather(pass, group, run(list), results);
      }
    }
    return results;
  }

  /** Writes the row tiles of a pass that are on the host to the end of the window. */
  private List<ResidentMatrix> write(ProductPass pass, List<DeviceMatrix> matrices) {
    List<ResidentMatrix> placed = new ArrayList<>();
    long end = window.address() + window.bytes();
    for (ProductPass.Part part : pass.parts()) {
      DeviceMatrix matrix = matrices.get(part.matrix());
      if (matrix instanceof StreamedMatrix streamed) {
        end -= part.layout().size();
        placed.add(streamed.write(transport, part.first(), part.layout(), end));
        counts.addStreamed(part.layout().streamBytes());
      } else {
        placed.add((ResidentMatrix) matrix);
      }
    }
    return placed;
  }

  /** Runs a list whose vectors are at the begin of the window; the list and its results follow. */
  private List<float[][]> run(MatmulList list) {
    long at = window.address() + list.activationBytes();
    long results = at + list.bytes();
    transport.writeBlock(at, list.encode(window.address(), results));
    runner.run(at, ListRunner.NO_RECORDS);
    counts.add(list);
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) list.resultBytes());
    transport.readBlock(results, bytes);
    return list.decode(bytes.flip());
  }

  /** Puts the rows of a pass where they belong in the results of the whole. */
  private static void gather(
      ProductPass pass, Group group, List<float[][]> rows, List<float[][]> results) {
    for (int i = 0; i < rows.size(); i++) {
      ProductPass.Part part = pass.parts().get(i);
      for (int vector = group.from; vector < group.to; vector++) {
        float[] row = rows.get(i)[vector - group.from];
        float[] whole = results.get(part.matrix())[vector];
        System.arraycopy(row, 0, whole, part.firstRow(), row.length);
      }
    }
  }
}

package dev.heddle.host.device;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.accel.isa.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * What one list multiplies where weights pass through a window: row tiles of some matrices of a
 * product, for some vectors at a time.
 *
 * <p>The window holds everything that the list needs, but for matrices that are resident:
 *
 * <pre>
 *   vectors | list | results of each part | .. | streamed row tiles
 * </pre>
 *
 * @param parts what is multiplied, in the order of the matrices
 * @param vectors vectors at a time
 */
record ProductPass(List<Part> parts, int vectors) {
  /**
   * Row tiles of a matrix; all of them if it is resident.
   *
   * @param matrix number of the matrix in the product
   * @param first the first tile
   * @param layout of the tiles
   */
  record Part(int matrix, int first, WeightLayout layout) {
    /** The first row. */
    int firstRow() {
      return first * layout.configuration().rows();
    }
  }

  /** Bytes of a pass with one part. */
  static long bytes(WeightLayout part, boolean streamed, int vectors) {
    return vectors * (long) new ActivationImage(part.blocks()).size()
        + MatmulList.bytes(1, 0)
        + partBytes(part, streamed, vectors);
  }

  /** Bytes that a part adds: descriptor, results and weights. */
  private static long partBytes(WeightLayout part, boolean streamed, int vectors) {
    return Operation.BYTES + vectors * MatmulList.outputStride(part) + (streamed ? part.size() : 0);
  }

  /**
   * The passes of a product: each takes as many vectors as {@code maxTokens} and its first part
   * allow, and then as many row tiles as the window has room for.
   *
   * @param vectors vectors of the product
   * @param windowBytes bytes of the window
   * @throws DeviceException when it has not enough for a row tile and a vector
   */
  static List<ProductPass> plan(List<DeviceMatrix> matrices, int vectors, long windowBytes) {
    Planner planner = new Planner(vectors, windowBytes);
    for (int i = 0; i < matrices.size(); i++) {
      planner.add(i, matrices.get(i));
    }
    planner.close();
    return planner.passes;
  }

  private static final class Planner {
    private final List<ProductPass> passes = new ArrayList<>();
    private final int mostVectors;
    private final long windowBytes;
    private List<Part> parts = new ArrayList<>();
    private int vectors;
    private long left;

    Planner(int mostVectors, long windowBytes) {
      this.mostVectors = mostVectors;
      this.windowBytes = windowBytes;
    }

    void add(int number, DeviceMatrix matrix) {
      WeightLayout layout = matrix.layout();
      boolean streamed = matrix instanceof StreamedMatrix;
      for (int first = 0; first < layout.tiles(); ) {
        if (parts.isEmpty()) {
          begin(streamed ? layout.tiles(first, 1) : layout, streamed);
        }
        int count = fitting(layout, first, streamed);
        if (count == 0) {
          close();
        } else {
          WeightLayout part = layout.tiles(first, count);
          parts.add(new Part(number, first, part));
          left -= partBytes(part, streamed, vectors);
          first += count;
        }
      }
    }

    /** Chooses the vectors of a pass whose first part has at least some rows. */
    private void begin(WeightLayout least, boolean streamed) {
      long none = bytes(least, streamed, 0);
      long each = bytes(least, streamed, 1) - none;
      int most = Math.min(mostVectors, least.configuration().maxTokens());
      vectors = (int) Math.min(most, (windowBytes - none) / each);
      if (vectors < 1) {
        throw new DeviceException(
            "a window of %,d bytes is too small for %d rows of %d blocks, which take %,d; use a device with more memory"
                .formatted(windowBytes, least.rows(), least.blocks(), none + each));
      }
      left = windowBytes - none - vectors * each + partBytes(least, streamed, vectors);
    }

    /** How many tiles from one on there is room for. */
    private int fitting(WeightLayout layout, int first, boolean streamed) {
      int most = layout.tiles() - first;
      if (!streamed) {
        return partBytes(layout, false, vectors) <= left ? most : 0;
      }
      int count = 0;
      while (count < most) {
        int middle = (count + most + 1) / 2;
        if (partBytes(layout.tiles(first, middle), true, vectors) <= left) {
          count = middle;
        } else {
          most = middle - 1;
        }
      }
      return count;
    }

    void close() {
      if (!parts.isEmpty()) {
        passes.add(new ProductPass(parts, vectors));
        parts = new ArrayList<>();
      }
    }
  }
}

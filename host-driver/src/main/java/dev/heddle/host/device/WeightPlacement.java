package dev.heddle.host.device;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.WeightLayout;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which matrices stay in card memory where not all fit; the others pass through a window of it.
 *
 * <p>Every byte that stays need not be sent for each token, so the largest matrices are taken first
 * and then each that still fits. What is left is the window, with room for the vectors of a product
 * and {@value #WINDOW_BYTES} bytes at least, unless that is more than half of the memory: each list
 * takes some turns of the line, which is little beside the time of so many bytes.
 *
 * @param resident numbers of the matrices that stay
 * @param residentBytes bytes of card memory that they take
 * @param streamedBytes bytes of the others, which are sent for each product
 */
public record WeightPlacement(BitSet resident, long residentBytes, long streamedBytes) {
  /** Bytes of a window that are left for weights and results. */
  private static final int WINDOW_BYTES = 1 << 15;

  private static final int MEMORY_SHARE = 2;

  /** A placement; the set is copied. */
  public WeightPlacement {
    resident = (BitSet) resident.clone();
  }

  /** All matrices stay. */
  public static WeightPlacement allResident(List<WeightLayout> matrices) {
    BitSet resident = new BitSet();
    resident.set(0, matrices.size());
    return new WeightPlacement(resident, matrices.stream().mapToLong(WeightLayout::size).sum(), 0);
  }

  /** The least card memory with which matrices can be streamed: a row tile and a vector of each. */
  public static long leastBytes(List<WeightLayout> matrices) {
    return matrices.stream()
        .mapToLong(layout -> ProductPass.bytes(layout.tiles(0, 1), true, 1))
        .max()
        .orElseThrow();
  }

  /**
   * The placement in card memory.
   *
   * @param freeBytes bytes that matrices and window may take, {@link #leastBytes} at least
   */
  public static WeightPlacement of(List<WeightLayout> matrices, long freeBytes) {
    long window = windowBytes(matrices, freeBytes);
    List<Integer> largestFirst =
        IntStream.range(0, matrices.size())
            .boxed()
            .sorted(Comparator.comparing(i -> -matrices.get(i).size()))
            .toList();
    BitSet resident = new BitSet();
    long residentBytes = 0;
    long streamedBytes = 0;
    for (int i : largestFirst) {
      WeightLayout matrix = matrices.get(i);
      boolean fits = matrix.size() <= freeBytes - window - residentBytes;
      if (fits && ProductPass.bytes(matrix, false, 1) <= window) {
        resident.set(i);
        residentBytes += matrix.size();
      } else {
        streamedBytes += matrix.streamBytes();
      }
    }
    return new WeightPlacement(resident, residentBytes, streamedBytes);
  }

  private static long windowBytes(List<WeightLayout> matrices, long freeBytes) {
    long vectors =
        matrices.stream()
            .mapToLong(
                layout ->
                    (long) layout.configuration().maxTokens()
                        * new ActivationImage(layout.blocks()).size())
            .max()
            .orElseThrow();
    long wanted = Math.min(vectors + WINDOW_BYTES, freeBytes / MEMORY_SHARE);
    return ActivationImage.aligned(Math.max(wanted, leastBytes(matrices)));
  }

  /** Whether a matrix stays. */
  public boolean isResident(int matrix) {
    return resident.get(matrix);
  }

  /** Whether all matrices stay. */
  public boolean isAllResident() {
    return streamedBytes == 0;
  }
}

package dev.heddle.host.device;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.WeightLayout;

/**
 * A weight matrix in the card memory of a {@link Device}.
 *
 * @param layout where its codes and scales lie in the image
 * @param accumulatorUnit the l0 of the matrix
 * @param region the image
 */
public record DeviceMatrix(WeightLayout layout, int accumulatorUnit, MemoryRegion region) {
  /** Rows, the length of a result. */
  public int rows() {
    return layout.rows();
  }

  /** Bytes from one token's results to the next: the rows of all row tiles in fp32. */
  long outputStride() {
    long rows = (long) layout.tiles() * layout.configuration().rows();
    return ActivationImage.aligned(rows * Float.BYTES);
  }
}

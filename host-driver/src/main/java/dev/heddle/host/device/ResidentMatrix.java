package dev.heddle.host.device;

import dev.heddle.accel.format.WeightLayout;

/**
 * A weight matrix, or some row tiles of one, in card memory.
 *
 * @param layout where its codes and scales lie in the image
 * @param accumulatorUnit the l0 of the matrix
 * @param address of the image
 */
record ResidentMatrix(WeightLayout layout, int accumulatorUnit, long address)
    implements DeviceMatrix {
  /** Bytes from one token's results to the next. */
  long outputStride() {
    return MatmulList.outputStride(layout);
  }
}

package dev.heddle.host.device;

import dev.heddle.accel.format.WeightLayout;

/** A weight matrix of a {@link Device}. */
public sealed interface DeviceMatrix permits ResidentMatrix, StreamedMatrix {
  /** Where its codes and scales lie in its image. */
  WeightLayout layout();

  /** The l0 of the matrix. */
  int accumulatorUnit();

  /** Rows, the length of a result. */
  default int rows() {
    return layout().rows();
  }
}

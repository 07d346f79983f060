package dev.heddle.host.device;

import dev.heddle.accel.format.X8Vector;
import java.util.List;

/** A way to multiply matrices on a machine. */
interface MatrixProducts {
  /**
   * Multiplies matrices of equal row length with the same vectors.
   *
   * @return for each matrix {@code [vector][row]}
   */
  List<float[][]> multiply(List<DeviceMatrix> matrices, List<X8Vector> vectors);
}

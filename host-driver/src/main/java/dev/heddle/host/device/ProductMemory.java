package dev.heddle.host.device;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.format.WeightLayout;
import java.util.List;

/**
 * Card memory that products take beside their matrices, where all of these lie in it.
 *
 * @param activationBytes bytes of the vectors of any product
 * @param resultBytes bytes of the results of any product
 * @param listBytes bytes of all lists
 */
public record ProductMemory(long activationBytes, long resultBytes, long listBytes) {
  /**
   * What products take with any number of vectors that the machine multiplies at a time.
   *
   * @param products the matrices of each product
   */
  public static ProductMemory of(List<List<WeightLayout>> products) {
    long activations = 0;
    long results = 0;
    long lists = 0;
    for (List<WeightLayout> matrices : products) {
      WeightLayout first = matrices.get(0);
      long vectors = first.configuration().maxTokens();
      activations = Math.max(activations, vectors * new ActivationImage(first.blocks()).size());
      results =
          Math.max(results, vectors * matrices.stream().mapToLong(MatmulList::outputStride).sum());
      lists += vectors * MatmulList.bytes(1, matrices.size());
    }
    return new ProductMemory(activations, results, lists);
  }

  /** Bytes in all. */
  public long bytes() {
    return activationBytes + resultBytes + listBytes;
  }
}

package dev.heddle.host.device;

import dev.heddle.accel.format.X8Vector;
import dev.heddle.host.transport.Transport;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Products of matrices that all lie in card memory. So do their lists, each written once; vectors
 * and results have regions that grow with the largest product.
 */
final class ResidentProducts implements MatrixProducts {
  private record ListKey(List<ResidentMatrix> matrices, int vectors) {}

  private record ResidentList(MatmulList list, MemoryRegion region) {}

  private final Transport transport;
  private final MemoryAllocator memory;
  private final ListRunner runner;
  private final ProductCounts counts;
  private final Map<ListKey, ResidentList> lists = new HashMap<>();
  private MemoryRegion activations;
  private MemoryRegion results;

  ResidentProducts(
      Transport transport, MemoryAllocator memory, ListRunner runner, ProductCounts counts) {
    this.transport = transport;
    this.memory = memory;
    this.runner = runner;
    this.counts = counts;
  }

  /** Takes the regions that products will need, so that they need not grow. */
  void reserve(ProductMemory products) {
    grow(products.activationBytes(), products.resultBytes());
  }

  @Override
  public List<float[][]> multiply(List<DeviceMatrix> matrices, List<X8Vector> vectors) {
    List<ResidentMatrix> onCard = matrices.stream().map(ResidentProducts::resident).toList();
    ResidentList resident = resident(new ListKey(onCard, vectors.size()));
    MatmulList list = resident.list();
    transport.writeBlock(activations.address(), list.encode(vectors));
    runner.run(resident.region().address(), ListRunner.NO_RECORDS);
    counts.add(list);
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) list.resultBytes());
    transport.readBlock(results.address(), bytes);
    return list.decode(bytes.flip());
  }

  private static ResidentMatrix resident(DeviceMatrix matrix) {
    if (matrix instanceof ResidentMatrix resident) {
      return resident;
    }
    throw new IllegalArgumentException("a streamed matrix needs a window; open one");
  }

  /** The list of a product, written to card memory when it is not there yet. */
  private ResidentList resident(ListKey key) {
    MatmulList list = new MatmulList(key.matrices(), key.vectors());
    grow(list.activationBytes(), list.resultBytes());
    return lists.computeIfAbsent(key, missing -> write(list));
  }

  private void grow(long activationBytes, long resultBytes) {
    MemoryRegion vectorsBefore = activations;
    MemoryRegion resultsBefore = results;
    activations = memory.atLeast(activations, activationBytes, "activation vectors");
    results = memory.atLeast(results, resultBytes, "results");
    if (activations != vectorsBefore || results != resultsBefore) {
      lists.values().forEach(stale -> memory.free(stale.region()));
      lists.clear();
    }
  }

  private ResidentList write(MatmulList list) {
    MemoryRegion region = memory.allocate(list.bytes(), "a descriptor list");
    transport.writeBlock(region.address(), list.encode(activations.address(), results.address()));
    return new ResidentList(list, region);
  }
}

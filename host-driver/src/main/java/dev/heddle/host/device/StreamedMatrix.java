package dev.heddle.host.device;

import dev.heddle.accel.format.WeightImage;
import dev.heddle.accel.format.WeightLayout;
import dev.heddle.host.transport.Transport;

/**
 * A weight matrix on the host, of which row tiles are written to card memory when they are
 * multiplied.
 *
 * @param image the packed matrix
 */
record StreamedMatrix(WeightImage image) implements DeviceMatrix {
  @Override
  public WeightLayout layout() {
    return image.layout();
  }

  @Override
  public int accumulatorUnit() {
    return image.accumulatorUnit();
  }

  /**
   * Writes row tiles to card memory.
   *
   * @param first the first of them
   * @param tiles their layout
   */
  ResidentMatrix write(Transport transport, int first, WeightLayout tiles, long address) {
    int bytes = tiles.tiles() * tiles.tileBytes();
    for (int port = 0; port < tiles.configuration().ports(); port++) {
      long from = port * layout().portStride() + (long) first * tiles.tileBytes();
      transport.writeBlock(
          address + port * tiles.portStride(), image.bytes().slice((int) from, bytes));
    }
    return new ResidentMatrix(tiles, accumulatorUnit(), address);
  }
}

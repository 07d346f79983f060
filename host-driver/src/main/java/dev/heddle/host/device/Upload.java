package dev.heddle.host.device;

import dev.heddle.host.transport.Transport;
import dev.heddle.host.transport.TransportException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;

/**
 * Puts an image into card memory. Over a transport that can tell cheaply what is there, only the
 * pieces that differ are written, so that an upload that was broken off goes on where it was; and
 * memory is compared with the image at the end.
 */
final class Upload {
  /** Bytes that are written or left out at a time: 55 ms at 3 Mbaud. */
  static final int PIECE_BYTES = 1 << 14;

  private Upload() {}

  /**
   * Uploads what remains of {@code image} to {@code address}.
   *
   * @throws DeviceException when card memory does not hold what was written
   * @throws TransportException also when the thread is interrupted; its interrupt status is then
   *     set
   */
  static void run(Transport transport, long address, ByteBuffer image, UploadProgress progress) {
    Optional<BitSet> held = transport.held(address, image, PIECE_BYTES);
    int total = image.remaining();
    int skipped = 0;
    for (int at = 0; at < total; at += PIECE_BYTES) {
      if (Thread.currentThread().isInterrupted()) {
        throw new TransportException("the upload was interrupted");
      }
      int bytes = Math.min(PIECE_BYTES, total - at);
      if (held.isPresent() && held.get().get(at / PIECE_BYTES)) {
        skipped += bytes;
      } else {
        transport.writeBlock(address + at, image.slice(image.position() + at, bytes));
      }
      progress.update(at + bytes, skipped, total);
    }
    if (skipped < total) {
      transport
          .held(address, image, PIECE_BYTES)
          .ifPresent(found -> requireAll(found, address, total));
    }
  }

  private static void requireAll(BitSet held, long address, int total) {
    int pieces = (total + PIECE_BYTES - 1) / PIECE_BYTES;
    int missing = held.nextClearBit(0);
    if (missing < pieces) {
      throw new DeviceException(
          "card memory does not hold what was written to it: %d of %d pieces of %d bytes differ, the first at 0x%x; test the board with heddle bringup"
              .formatted(
                  pieces - held.cardinality(),
                  pieces,
                  PIECE_BYTES,
                  address + (long) missing * PIECE_BYTES));
    }
  }
}

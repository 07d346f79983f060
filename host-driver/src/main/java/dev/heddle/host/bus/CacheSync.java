package dev.heddle.host.bus;

import com.sun.jna.Memory;
import dev.heddle.host.linux.DeviceFile;
import java.nio.charset.StandardCharsets;

/**
 * Keeps the processor's cache and a buffer of u-dma-buf alike, through its files sync_for_cpu and
 * sync_for_device. Each takes one number of 64 bits: the offset above, the size below, whose lowest
 * bits say the direction and that it is to be done.
 *
 * <p>Whole lines are synchronised. Lines of which the host writes a part are taken from memory
 * first: what the cache had of the rest may be older than what the device has written there.
 */
final class CacheSync {
  /** Bytes of a buffer that a number of 64 bits can tell of. */
  static final long MOST_BYTES = 1L << 32;

  /** Bytes of a line of the cache, or more: of Cortex-A9 32, of Cortex-A53 and A72 64. */
  static final int LINE_BYTES = 64;

  private static final int PIECE_BYTES = 1 << 30;
  private static final int DIRECTION_SHIFT = 2;
  private static final int TO_DEVICE = 1;
  private static final int FROM_DEVICE = 2;
  private static final int NOW = 1;

  private final DeviceFile forCpu;
  private final DeviceFile forDevice;
  private final long bytes;
  private final Memory text = new Memory(Long.BYTES * 4);

  /**
   * The files of a buffer.
   *
   * @param bytes of the buffer
   */
  CacheSync(DeviceFile forCpu, DeviceFile forDevice, long bytes) {
    this.forCpu = forCpu;
    this.forDevice = forDevice;
    this.bytes = bytes;
  }

  /** Before the host reads. */
  void beforeRead(long offset, long length) {
    sync(forCpu, offset, length, FROM_DEVICE);
  }

  /** Before the host writes. */
  void beforeWrite(long offset, long length) {
    long end = offset + length;
    if (offset % LINE_BYTES != 0) {
      sync(forCpu, offset, 1, FROM_DEVICE);
    }
    if (end % LINE_BYTES != 0) {
      sync(forCpu, end - 1, 1, FROM_DEVICE);
    }
  }

  /** When the host has written. */
  void afterWrite(long offset, long length) {
    sync(forDevice, offset, length, TO_DEVICE);
  }

  private void sync(DeviceFile file, long offset, long length, int direction) {
    long end = Math.min(bytes, roundUp(offset + length));
    for (long at = offset - offset % LINE_BYTES; at < end; at += PIECE_BYTES) {
      long size = Math.min(PIECE_BYTES, end - at);
      long number = at << Integer.SIZE | size | (long) direction << DIRECTION_SHIFT | NOW;
      byte[] digits = "0x%016x".formatted(number).getBytes(StandardCharsets.US_ASCII);
      text.write(0, digits, 0, digits.length);
      BusTransport.uninterrupted(() -> file.pwrite(text, digits.length, 0));
    }
  }

  private static long roundUp(long end) {
    return (end + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
  }

  void close() {
    text.close();
  }
}

package dev.heddle.host.bus;

import dev.heddle.host.linux.SystemFolders;
import dev.heddle.host.transport.TransportException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the system tells of a buffer of the driver u-dma-buf: contiguous memory of the host that a
 * device can reach.
 *
 * @param folders where it tells
 * @param name of the buffer and of its node, such as udmabuf0
 */
public record DmaBuffer(SystemFolders folders, String name) {
  private static final String CLASS = "class/u-dma-buf";

  /**
   * The buffer of a name.
   *
   * @param wanted empty for the only one
   * @throws TransportException when there is none, or more than one to choose from
   */
  static DmaBuffer named(SystemFolders folders, Optional<String> wanted) {
    List<String> all = UioDevice.names(folders, CLASS, "*");
    if (all.isEmpty()) {
      throw new TransportException(
          "there is no buffer for card memory; load the driver u-dma-buf with one (insmod u-dma-buf.ko udmabuf0=BYTES), which comes from github.com/ikwzm/udmabuf");
    }
    if (wanted.isEmpty() && all.size() > 1) {
      throw new TransportException(
          "there are several buffers for card memory, %s; name one, as in uio:NAME,%s"
              .formatted(String.join(", ", all), all.get(0)));
    }
    String name = wanted.orElse(all.get(0));
    if (!all.contains(name)) {
      throw new TransportException(
          "there is no buffer %s for card memory; there are %s"
              .formatted(name, String.join(", ", all)));
    }
    return new DmaBuffer(folders, name);
  }

  /** A file that tells or takes a value. */
  Path attribute(String attribute) {
    return folders.information().resolve(CLASS).resolve(name).resolve(attribute);
  }

  /** Its node. */
  Path path() {
    return folders.devices().resolve(name);
  }

  /** Bytes. */
  long bytes() {
    return SystemFolders.number(attribute("size"));
  }

  /** Address on the bus of devices. */
  long address() {
    return SystemFolders.number(attribute("phys_addr"));
  }

  /** Whether the hardware keeps caches and memory alike. */
  boolean isCoherent() {
    return SystemFolders.number(attribute("dma_coherent")) != 0;
  }
}

package dev.heddle.host.bus;

import dev.heddle.host.linux.Diagnosis;
import dev.heddle.host.linux.SystemFolders;
import dev.heddle.host.transport.TransportException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the system tells of a device behind UIO.
 *
 * @param folders where it tells
 * @param node name of its node, such as uio0
 */
public record UioDevice(SystemFolders folders, String node) {
  private static final String CLASS = "class/uio";

  /** All devices, in the order of their nodes. */
  public static List<UioDevice> all(SystemFolders folders) {
    return names(folders, CLASS, "uio[0-9]*").stream()
        .map(name -> new UioDevice(folders, name))
        .toList();
  }

  /** The entries of a class of devices. */
  static List<String> names(SystemFolders folders, String kind, String pattern) {
    Path folder = folders.information().resolve(kind);
    List<String> names = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return names;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException e) {
      throw new TransportException("cannot list %s (%s)".formatted(folder, e), e);
    }
    Collections.sort(names);
    return names;
  }

  /**
   * The device of a name.
   *
   * @param wanted its name, or that of its node
   * @throws TransportException when there is none, or more than one
   */
  public static UioDevice named(SystemFolders folders, String wanted) {
    List<UioDevice> all = all(folders);
    List<UioDevice> found =
        all.stream()
            .filter(device -> device.node().equals(wanted) || device.name().equals(wanted))
            .toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.isEmpty()) {
      throw new TransportException(
          "there is no UIO device %s; %s"
              .formatted(
                  wanted,
                  all.isEmpty()
                      ? "there is none at all: load the design and its device tree (compatible = \"generic-uio\"), and the driver (modprobe uio_pdrv_genirq of_id=generic-uio)"
                      : "there are "
                          + String.join(", ", all.stream().map(UioDevice::label).toList())));
    }
    throw new TransportException(
        "there are several UIO devices %s: %s; name the node of one"
            .formatted(wanted, String.join(", ", found.stream().map(UioDevice::node).toList())));
  }

  private Path attribute(String name) {
    return folders.information().resolve(CLASS).resolve(node).resolve(name);
  }

  /** The name that its driver gives it. */
  public String name() {
    return SystemFolders.read(attribute("name"));
  }

  /** Name and node. */
  String label() {
    return "%s (%s)".formatted(name(), node);
  }

  /** Its node. */
  Path path() {
    return folders.devices().resolve(node);
  }

  /** Bytes of its registers, the first range that it maps. */
  public long registerBytes() {
    return SystemFolders.number(attribute("maps/map0/size"));
  }

  /** What it is. */
  public Diagnosis diagnosis() {
    return new Diagnosis(
        "UIO device %s with %,d bytes of registers".formatted(label(), registerBytes()), List.of());
  }

  /** Where they begin in their first page. */
  long registerOffset() {
    return SystemFolders.number(attribute("maps/map0/offset"));
  }
}

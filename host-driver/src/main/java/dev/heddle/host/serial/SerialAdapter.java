package dev.heddle.host.serial;

import dev.heddle.host.linux.Diagnosis;
import dev.heddle.host.linux.SystemFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the system tells of the adapter behind a serial port.
 *
 * @param folders where it tells
 * @param node name of the port's node, such as ttyUSB1
 */
public record SerialAdapter(SystemFolders folders, String node) {
  private static final String CLASS = "class/tty";

  /** Only the folder of a USB device has it. */
  private static final String USB_MARK = "idVendor";

  private static final long SHORTEST_LATENCY_MILLIS = 1;

  /**
   * The adapter of a port; empty when there is none, as behind a pseudo-terminal.
   *
   * @param port its path, or a link to it
   */
  public static Optional<SerialAdapter> of(SystemFolders folders, Path port) {
    try {
      SerialAdapter adapter =
          new SerialAdapter(folders, port.toRealPath().getFileName().toString());
      return Files.exists(adapter.device()) ? Optional.of(adapter) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Path device() {
    return folders.information().resolve(CLASS).resolve(node).resolve("device");
  }

  /** What it is, and whether it keeps answers back. */
  public Diagnosis diagnosis() {
    String driver =
        real(device().resolve("driver")).map(path -> ", driver " + path.getFileName()).orElse("");
    String found = node + usbName().map(", "::concat).orElse("") + driver;
    return new Diagnosis(found, advice().stream().toList());
  }

  /** What the USB device that the port belongs to calls itself. */
  private Optional<String> usbName() {
    Optional<Path> usb =
        real(device())
            .flatMap(
                start ->
                    Stream.iterate(start, path -> path != null, Path::getParent)
                        .filter(path -> Files.exists(path.resolve(USB_MARK)))
                        .findFirst());
    return usb.map(
        folder ->
            Stream.of("manufacturer", "product", "serial")
                .flatMap(name -> SystemFolders.find(folder.resolve(name)).stream())
                .collect(Collectors.joining(" ")));
  }

  private Optional<String> advice() {
    Path timer = device().resolve("latency_timer");
    return Optional.of(timer)
        .filter(Files::exists)
        .map(SystemFolders::number)
        .filter(millis -> millis > SHORTEST_LATENCY_MILLIS)
        .map(
            millis ->
                "the adapter keeps answers back for up to %d ms; echo %d | sudo tee %s"
                    .formatted(millis, SHORTEST_LATENCY_MILLIS, timer));
  }

  private static Optional<Path> real(Path link) {
    try {
      return Optional.of(link.toRealPath());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

package dev.heddle.host.serial;

import dev.heddle.host.transport.TransportException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The serial ports that a computer has, by the names that Linux gives to those of USB adapters. */
public final class SerialPorts {
  private static final String BY_ID = "serial/by-id";
  private static final String ADAPTERS = "tty{USB,ACM}*";

  private SerialPorts() {}

  /**
   * The paths of all ports, each once: by the name that stays the same wherever it is plugged in,
   * if it has one.
   *
   * @param folder where devices are named, such as /dev
   */
  public static List<Path> in(Path folder) {
    Map<Path, Path> ports = new LinkedHashMap<>();
    add(folder.resolve(BY_ID), "*", ports);
    add(folder, ADAPTERS, ports);
    return List.copyOf(ports.values());
  }

  private static void add(Path folder, String names, Map<Path, Path> ports) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, names)) {
      entries.forEach(found::add);
      Collections.sort(found);
      for (Path port : found) {
        ports.putIfAbsent(Files.exists(port) ? port.toRealPath() : port, port);
      }
    } catch (IOException e) {
      throw new TransportException("cannot list the ports in %s (%s)".formatted(folder, e), e);
    }
  }
}

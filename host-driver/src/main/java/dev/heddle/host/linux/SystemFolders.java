package dev.heddle.host.linux;

import dev.heddle.host.transport.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the system names devices and tells of them.
 *
 * @param devices such as {@value #DEVICES}
 * @param information such as {@value #INFORMATION}
 */
public record SystemFolders(Path devices, Path information) {
  /** Where Linux names devices. */
  public static final String DEVICES = "/dev";

  /** Where Linux tells of them. */
  public static final String INFORMATION = "/sys";

  /**
   * The contents of a file of one value or one table.
   *
   * @throws TransportException when it cannot be read
   */
  public static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new TransportException(
          "cannot read %s (%s); check that the driver is loaded".formatted(file, e), e);
    }
  }

  /** The contents of a file that not every system has. */
  public static Optional<String> find(Path file) {
    return Files.isReadable(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /**
   * The number in a file, in decimal or after 0x in hexadecimal.
   *
   * @throws TransportException when there is none
   */
  public static long number(Path file) {
    String text = read(file);
    try {
      return Long.decode(text);
    } catch (NumberFormatException e) {
      throw new TransportException("%s has %s, which is no number".formatted(file, text), e);
    }
  }
}

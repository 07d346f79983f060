package dev.heddle.host.bus;

import dev.heddle.host.linux.DeviceFile;
import dev.heddle.host.linux.DeviceFiles;
import dev.heddle.host.linux.Libc;
import dev.heddle.host.linux.SystemCallException;
import dev.heddle.host.transport.TransportException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** The device nodes that a transport has opened; they are closed in the opposite order. */
final class OpenNodes implements AutoCloseable {
  private final Deque<DeviceFile> open = new ArrayDeque<>();

  /**
   * Opens a node.
   *
   * @param absent what to say when it is not there; {@code %s} is the node
   * @throws TransportException when the system refuses; says why, and what to do
   */
  DeviceFile open(DeviceFiles files, Path node, String absent) {
    try {
      DeviceFile file = files.open(node);
      open.push(file);
      return file;
    } catch (SystemCallException e) {
      int number = e.number();
      boolean isAbsent = number == Libc.ENOENT || number == Libc.ENODEV || number == Libc.ENXIO;
      throw new TransportException(isAbsent ? absent.formatted(node) : refusal(node, e), e);
    }
  }

  /** Why a node cannot be had, and what to do. */
  static String refusal(Path node, SystemCallException e) {
    return switch (e.number()) {
      case Libc.EACCES, Libc.EPERM ->
          "%s may not be opened by this user; give it to a group of yours with a rule of udev, or start as root"
              .formatted(node);
      case Libc.EBUSY, Libc.EAGAIN ->
          "%s is open in another program; close that one".formatted(node);
      default -> "%s: %s".formatted(node, e.getMessage());
    };
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}

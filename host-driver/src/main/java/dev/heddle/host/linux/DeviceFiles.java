package dev.heddle.host.linux;

import java.nio.file.Path;

/** Opens device nodes, of the system ({@link LinuxFile#open}) or of a stand-in for it. */
@FunctionalInterface
public interface DeviceFiles {
  /**
   * Opens a node for reading and writing.
   *
   * @throws SystemCallException when the system refuses
   */
  DeviceFile open(Path node);
}

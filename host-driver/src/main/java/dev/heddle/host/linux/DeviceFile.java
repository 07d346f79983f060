package dev.heddle.host.linux;

import com.sun.jna.Pointer;
import java.nio.file.Path;

/**
 * An open device node, with the calls that drivers give a meaning of their own. Each is one call of
 * the system and returns what that returns: counts may be short, and whatever fails is a {@link
 * SystemCallException}, an interrupted call too.
 */
public interface DeviceFile extends AutoCloseable {
  /** Its path. */
  Path path();

  /** Reads at an offset; returns how many bytes. */
  int pread(Pointer target, int bytes, long offset);

  /** Writes at an offset; returns how many bytes. */
  int pwrite(Pointer source, int bytes, long offset);

  /** Reads what comes next; returns how many bytes. */
  int read(Pointer target, int bytes);

  /** Writes; returns how many bytes. */
  int write(Pointer source, int bytes);

  /**
   * Waits until there is something to read.
   *
   * @return bits POLLIN, POLLERR, POLLHUP and POLLNVAL; 0 when nothing happened in time
   */
  int poll(int milliseconds);

  /** Keeps other programs that ask for the same lock out until it is closed. */
  void lock();

  /** Maps bytes of it, from an offset that is a multiple of the size of a page. */
  DeviceMapping map(long offset, long bytes);

  @Override
  void close();
}

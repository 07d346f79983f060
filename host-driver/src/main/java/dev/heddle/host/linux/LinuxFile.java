package dev.heddle.host.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A device node of the system. */
public final class LinuxFile implements DeviceFile {
  private final Path path;
  private final int file;
  private boolean closed;

  private LinuxFile(Path path, int file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Opens a node for reading and writing.
   *
   * @throws SystemCallException when the system refuses
   */
  public static LinuxFile open(Path path) {
    return new LinuxFile(
        path, call(() -> Libc.open(path.toString(), Libc.O_RDWR | Libc.O_CLOEXEC)));
  }

  private static <T> T call(Supplier<T> work) {
    try {
      return work.get();
    } catch (LastErrorException e) {
      throw new SystemCallException(e.getErrorCode(), e);
    }
  }

  private int file() {
    if (closed) {
      throw new IllegalStateException(path + " is closed");
    }
    return file;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public int pread(Pointer target, int bytes, long offset) {
    return call(() -> Libc.pread(file(), target, new NativeLong(bytes), new NativeLong(offset)))
        .intValue();
  }

  @Override
  public int pwrite(Pointer source, int bytes, long offset) {
    return call(() -> Libc.pwrite(file(), source, new NativeLong(bytes), new NativeLong(offset)))
        .intValue();
  }

  @Override
  public int read(Pointer target, int bytes) {
    return call(() -> Libc.read(file(), target, new NativeLong(bytes))).intValue();
  }

  @Override
  public int write(Pointer source, int bytes) {
    return call(() -> Libc.write(file(), source, new NativeLong(bytes))).intValue();
  }

  @Override
  public int poll(int milliseconds) {
    return call(() -> Libc.poll(file(), Libc.POLLIN, milliseconds));
  }

  @Override
  public void lock() {
    call(() -> Libc.flock(file(), Libc.LOCK_EX_NB));
  }

  @Override
  public DeviceMapping map(long offset, long bytes) {
    Pointer start =
        call(
            () ->
                Libc.mmap(
                    Pointer.NULL,
                    new NativeLong(bytes),
                    Libc.PROT_READ_WRITE,
                    Libc.MAP_SHARED,
                    file(),
                    new NativeLong(offset)));
    return new LinuxMapping(start, bytes);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        Libc.close(file);
      } catch (LastErrorException e) {
        // The device is gone; the descriptor is closed all the same.
      }
    }
  }
}

package dev.heddle.host.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/**
 * The calls of the C library that terminals and device nodes need, with the numbers of Linux on
 * x86-64 and AArch64 (asm-generic/termbits.h, ioctls.h, fcntl.h, errno.h, mman.h).
 */
public final class Libc {
  public static final int O_RDWR = 2;
  public static final int O_NOCTTY = 0x100;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;

  public static final short POLLIN = 0x1;
  public static final short POLLOUT = 0x4;

  public static final long TCGETS2 = 0x802C542AL;
  public static final long TCSETS2 = 0x402C542BL;
  public static final long TCSBRK = 0x5409;
  public static final long TCFLSH = 0x540B;
  public static final long TIOCEXCL = 0x540C;
  public static final long TIOCNXCL = 0x540D;
  public static final long TIOCGSERIAL = 0x541E;
  public static final long TIOCSSERIAL = 0x541F;

  /** Exclusive, and without a wait. */
  public static final int LOCK_EX_NB = 2 | 4;

  public static final short POLLERR = 0x8;
  public static final short POLLHUP = 0x10;
  public static final short POLLNVAL = 0x20;

  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EBUSY = 16;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int ENOTTY = 25;
  public static final int ENOSYS = 38;
  public static final int EPROTO = 71;
  public static final int ETIMEDOUT = 110;

  /** An interrupted call, of the kernel's own: drivers with a mistake let it out. */
  public static final int ERESTARTSYS = 512;

  public static final int PROT_READ_WRITE = 1 | 2;
  public static final int MAP_SHARED = 1;

  private static final int POLL_BYTES = 8;
  private static final int POLL_EVENTS = 4;
  private static final int POLL_RESULTS = 6;

  /** Functions with variable arguments, which direct mapping cannot call. */
  private interface Variadic extends Library {
    int open(String path, int flags, Object... mode) throws LastErrorException;

    int ioctl(int file, NativeLong request, Object... argument) throws LastErrorException;
  }

  private static final Variadic VARIADIC = Native.load("c", Variadic.class);

  static {
    Native.register(Libc.class, "c");
  }

  private Libc() {}

  public static native NativeLong read(int file, Pointer target, NativeLong count)
      throws LastErrorException;

  public static native NativeLong write(int file, Pointer source, NativeLong count)
      throws LastErrorException;

  public static native int close(int file) throws LastErrorException;

  public static native int flock(int file, int operation) throws LastErrorException;

  static native NativeLong pread(int file, Pointer target, NativeLong count, NativeLong offset)
      throws LastErrorException;

  static native NativeLong pwrite(int file, Pointer source, NativeLong count, NativeLong offset)
      throws LastErrorException;

  static native Pointer mmap(
      Pointer wanted, NativeLong bytes, int protection, int flags, int file, NativeLong offset)
      throws LastErrorException;

  static native int munmap(Pointer mapping, NativeLong bytes) throws LastErrorException;

  private static native int poll(Pointer files, NativeLong count, int milliseconds)
      throws LastErrorException;

  public static native int posix_openpt(int flags) throws LastErrorException;

  public static native int grantpt(int file) throws LastErrorException;

  public static native int unlockpt(int file) throws LastErrorException;

  public static native int ptsname_r(int file, Pointer name, NativeLong length);

  public static native String strerror(int number);

  public static int open(String path, int flags) {
    return VARIADIC.open(path, flags);
  }

  public static void ioctl(int file, long request, Object argument) {
    VARIADIC.ioctl(file, new NativeLong(request), argument);
  }

  /**
   * Waits for an event on a file.
   *
   * @return the events there are, errors among them; 0 when there was none in time
   */
  public static int poll(int file, int events, int milliseconds) {
    try (Memory poll = new Memory(POLL_BYTES)) {
      poll.setInt(0, file);
      poll.setShort(POLL_EVENTS, (short) events);
      poll(poll, new NativeLong(1), milliseconds);
      return Short.toUnsignedInt(poll.getShort(POLL_RESULTS));
    }
  }

  /** Waits for an event on a file; returns at once when it is in error. */
  public static void await(int file, int events, int milliseconds) {
    try {
      poll(file, events, milliseconds);
    } catch (LastErrorException e) {
      // Interrupted by a signal: the caller looks again.
    }
  }
}

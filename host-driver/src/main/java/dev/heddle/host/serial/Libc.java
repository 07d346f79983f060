package dev.heddle.host.serial;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/**
 * The calls of the C library that terminals need, with the numbers of Linux on x86-64 and AArch64
 * (asm-generic/termbits.h, ioctls.h, fcntl.h).
 */
final class Libc {
  static final int O_RDWR = 2;
  static final int O_NOCTTY = 0x100;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;

  static final short POLLIN = 0x1;
  static final short POLLOUT = 0x4;

  static final long TCGETS2 = 0x802C542AL;
  static final long TCSETS2 = 0x402C542BL;
  static final long TCSBRK = 0x5409;
  static final long TCFLSH = 0x540B;
  static final long TIOCEXCL = 0x540C;
  static final long TIOCNXCL = 0x540D;

  /** Exclusive, and without a wait. */
  static final int LOCK_EX_NB = 2 | 4;

  static final int ENOENT = 2;
  static final int EIO = 5;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int ENODEV = 19;
  static final int ENOTTY = 25;

  private static final int POLL_BYTES = 8;
  private static final int POLL_EVENTS = 4;

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

  static native NativeLong read(int file, Pointer target, NativeLong count)
      throws LastErrorException;

  static native NativeLong write(int file, Pointer source, NativeLong count)
      throws LastErrorException;

  static native int close(int file) throws LastErrorException;

  static native int flock(int file, int operation) throws LastErrorException;

  private static native int poll(Pointer files, NativeLong count, int milliseconds)
      throws LastErrorException;

  static native int posix_openpt(int flags) throws LastErrorException;

  static native int grantpt(int file) throws LastErrorException;

  static native int unlockpt(int file) throws LastErrorException;

  static native int ptsname_r(int file, Pointer name, NativeLong length);

  static native String strerror(int number);

  static int open(String path, int flags) {
    return VARIADIC.open(path, flags);
  }

  static void ioctl(int file, long request, Object argument) {
    VARIADIC.ioctl(file, new NativeLong(request), argument);
  }

  /** Waits for an event on a file; returns at once when it is in error. */
  static void await(int file, int events, int milliseconds) {
    try (Memory poll = new Memory(POLL_BYTES)) {
      poll.setInt(0, file);
      poll.setInt(POLL_EVENTS, events);
      try {
        poll(poll, new NativeLong(1), milliseconds);
      } catch (LastErrorException e) {
        // Interrupted by a signal: the caller looks again.
      }
    }
  }
}

package dev.heddle.host.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A mapping of the system.
 *
 * <p>Words are accessed through a {@link VarHandle}: a bus that answers such an access with an
 * error makes the virtual machine throw, while the same error of a pointer of native code would end
 * the program.
 */
final class LinuxMapping implements DeviceMapping {
  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** More arrays than the compiler makes in line. */
  private static final int ENTRIES = 8;

  private final Pointer start;
  private final long bytes;
  private final ByteBuffer words;
  private boolean closed;

  LinuxMapping(Pointer start, long bytes) {
    this.start = start;
    this.bytes = bytes;
    words = start.getByteBuffer(0, Math.min(bytes, Integer.MAX_VALUE));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the mapping is closed");
    }
  }

  @Override
  public int getWord(long offset) {
    requireOpen();
    try {
      int word = (int) WORD.getVolatile(words, Math.toIntExact(offset));
      settle();
      return word;
    } catch (InternalError e) {
      throw new SystemCallException(Libc.EFAULT, e);
    }
  }

  @Override
  public void setWord(long offset, int value) {
    requireOpen();
    try {
      WORD.setVolatile(words, Math.toIntExact(offset), value);
      settle();
    } catch (InternalError e) {
      throw new SystemCallException(Libc.EFAULT, e);
    }
  }

  /**
   * Enters the virtual machine. From compiled code the error of an access is thrown at the next
   * entry; making an array of arrays is one in the interpreter and in both compilers.
   */
  private static void settle() {
    byte[][] entry = new byte[ENTRIES][1];
    assert entry.length == ENTRIES;
  }

  @Override
  public ByteBuffer bytes(long offset, int length) {
    requireOpen();
    Objects.checkFromIndexSize(offset, length, bytes);
    return start.getByteBuffer(offset, length);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        Libc.munmap(start, new NativeLong(bytes));
      } catch (LastErrorException e) {
        throw new SystemCallException(e.getErrorCode(), e);
      }
    }
  }
}

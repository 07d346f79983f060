package dev.heddle.testbench;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The memory of a simulated card: one native region, shared by the design's ports and Java.
 *
 * <p>Pages take no space until they are touched, so a large memory costs what is used of it. It
 * starts as zeros. Buffers stay usable after the machine is closed.
 */
public final class CardMemory {
  /** Sizes are multiples of this. */
  public static final int PAGE = 4096;

  /** Largest piece that one buffer can show. */
  private static final long LARGEST_BUFFER = Integer.MAX_VALUE;

  /** The C library takes blocks of this size fresh from the kernel, as zeros. */
  private static final long ALWAYS_FRESH = 64L << 20;

  private final Memory memory;
  private boolean shared;
  private boolean closed;

  CardMemory(long bytes) {
    if (bytes < PAGE || bytes % PAGE != 0) {
      throw new IllegalArgumentException(
          "a card memory of %d bytes is not possible; use a multiple of %d".formatted(bytes, PAGE));
    }
    try {
      memory = new Memory(bytes);
    } catch (OutOfMemoryError e) {
      throw new IllegalArgumentException(
          "this computer cannot provide a card memory of %d MiB".formatted(bytes >> 20), e);
    }
    if (bytes < ALWAYS_FRESH) {
      memory.clear();
    }
  }

  /** Bytes. */
  public long size() {
    return memory.size();
  }

  Pointer pointer() {
    return memory;
  }

  /** Copies bytes into the memory. */
  public synchronized void write(long address, byte[] bytes) {
    check(address, bytes.length);
    memory.write(address, bytes, 0, bytes.length);
  }

  /** Copies what remains of a buffer into the memory. */
  public synchronized void write(long address, ByteBuffer bytes) {
    check(address, bytes.remaining());
    if (bytes.hasRemaining()) {
      view(address, bytes.remaining()).put(bytes);
    }
  }

  /** A copy of bytes of the memory. */
  public synchronized byte[] read(long address, int length) {
    check(address, length);
    return memory.getByteArray(address, length);
  }

  /** Copies bytes of the memory into what remains of a buffer. */
  public synchronized void read(long address, ByteBuffer bytes) {
    check(address, bytes.remaining());
    if (bytes.hasRemaining()) {
      bytes.put(view(address, bytes.remaining()));
    }
  }

  /** The memory itself, little-endian: what one side writes the other sees. */
  public synchronized ByteBuffer buffer(long address, long length) {
    check(address, length);
    if (length == 0) {
      return ByteBuffer.allocate(0);
    }
    shared = true;
    return view(address, length);
  }

  private ByteBuffer view(long address, long length) {
    return memory.getByteBuffer(address, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void check(long address, long length) {
    if (closed) {
      throw new IllegalStateException("the card memory is closed");
    }
    if (address < 0 || length < 0 || address > size() - length) {
      throw new IndexOutOfBoundsException(
          "%d bytes at 0x%x are outside of the card memory of 0x%x bytes"
              .formatted(length, address, size()));
    }
    if (length > LARGEST_BUFFER) {
      throw new IllegalArgumentException(
          "%d bytes are more than one buffer can hold".formatted(length));
    }
  }

  /** Frees the memory at once if no buffer shows it; otherwise with the last buffer. */
  synchronized void close() {
    closed = true;
    if (!shared) {
      memory.close();
    }
  }
}

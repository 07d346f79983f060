package dev.heddle.host.linux;

import java.nio.ByteBuffer;

/** Bytes of a device in the memory of this program. */
public interface DeviceMapping extends AutoCloseable {
  /**
   * Reads a word, in one access of 32 bits.
   *
   * @throws SystemCallException when the bus answers with an error
   */
  int getWord(long offset);

  /**
   * Writes a word, in one access of 32 bits.
   *
   * @throws SystemCallException when the bus answers with an error
   */
  void setWord(long offset, int value);

  /** The bytes from an offset on. For memory only: accesses may be of any size, in any order. */
  ByteBuffer bytes(long offset, int length);

  @Override
  void close();
}

package dev.heddle.host.link;

import java.nio.ByteBuffer;

/**
 * A line of bytes to a board, both ways at once; it may lose, change and double bytes, but not
 * reorder them.
 *
 * <p>Reading and writing take what is possible at once. Everything may throw {@link
 * LineLostException}; the line can then only be closed. A line belongs to one thread.
 */
public interface SerialLine extends AutoCloseable {
  /** Opens a line: the first time, and again when it was lost. */
  @FunctionalInterface
  interface Opener extends AutoCloseable {
    /**
     * The line, opened.
     *
     * @throws LineLostException when it is not there
     */
    SerialLine open();

    /** Gives back what the lines came from; nothing unless that belongs to the opener. */
    @Override
    default void close() {}
  }

  /** Reads what has arrived, as far as it fits; returns the number of bytes, 0 for none yet. */
  int read(ByteBuffer target);

  /** Writes as much as the line takes now; returns the number of bytes, 0 for none. */
  int write(ByteBuffer source);

  /**
   * Waits until there is something to read, or, where asked for, until something can be written.
   *
   * @param nanos longest wait
   */
  void await(boolean forWriting, long nanos);

  /** The time of the line in nanoseconds, from an arbitrary start. */
  long nanoTime();

  /** Bits a second of the line; 0 for one without a rate. */
  int baud();

  /** Changes the rate once what was written has left. */
  void setBaud(int baud);

  /** What it is, for messages: the name of the device. */
  String name();

  @Override
  void close();
}

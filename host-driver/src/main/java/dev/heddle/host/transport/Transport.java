package dev.heddle.host.transport;

import dev.heddle.lib.RegisterBus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;

/**
 * The connection to one machine; everything above it cannot tell a board from a simulation.
 *
 * <pre>
 *   host -- Transport --+-- registers    32 bits each, byte offsets that are multiples of 4
 *                       +-- card memory  bytes, addresses from 0 to describe().memoryBytes()
 *                       '-- interrupt    a level: up until the host acknowledges it
 * </pre>
 *
 * <p>Calls take effect in the order they are made. A transport belongs to one thread at a time. A
 * wait can be ended early by interrupting its thread. After {@link #close} every other call is an
 * {@link IllegalStateException}; closing twice is harmless. Whatever fails is a {@link
 * TransportException} that says what failed, where, and what to do.
 */
public interface Transport extends AutoCloseable {
  /**
   * Reads a register.
   *
   * @param offset byte offset in the register window, a multiple of 4
   */
  int read32(int offset);

  /**
   * Writes a register; returns when the machine has taken it.
   *
   * @param offset byte offset in the register window, a multiple of 4
   */
  void write32(int offset, int value);

  /** Reads card memory from {@code address} on until {@code target} is full. */
  void readBlock(long address, ByteBuffer target);

  /** Writes what remains of {@code source} to card memory from {@code address} on. */
  void writeBlock(long address, ByteBuffer source);

  /**
   * Which pieces of card memory from {@code address} on have what remains of {@code content}, where
   * that is found out faster than the content is written.
   *
   * @param pieceBytes bytes of a piece, but for the last, at most 2^16
   * @return bit i for piece i; empty when this transport writes as fast as it compares
   */
  default Optional<BitSet> held(long address, ByteBuffer content, int pieceBytes) {
    return Optional.empty();
  }

  /**
   * Waits until the interrupt is up; returns at once if it is.
   *
   * @return whether it came within {@code timeout}
   * @throws TransportException also when the waiting thread is interrupted; its interrupt status is
   *     then set
   */
  boolean awaitInterrupt(Duration timeout);

  /** Resets the machine: registers as after power-up, nothing running. Card memory stays. */
  void reset();

  /** The registers as the accessors of a register map take them. */
  default RegisterBus registerBus() {
    return new RegisterBus() {
      @Override
      public long read(int address) {
        return Integer.toUnsignedLong(read32(address));
      }

      @Override
      public void write(int address, long word) {
        write32(address, (int) word);
      }
    };
  }

  /** What is at the other end. */
  TransportDescription describe();

  /** Ends the connection and frees what it holds. */
  @Override
  void close();
}

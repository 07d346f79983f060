package dev.heddle.lib.link;

import java.nio.ByteBuffer;

/** What a link leads to: the registers of a machine, its card memory and its interrupt. */
public interface LinkTarget {
  /** An access that the machine or its memory refused. */
  final class BusError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int address;

    /** A refusal of the access to {@code address}. */
    public BusError(int address) {
      super("no access to 0x%08x".formatted(address));
      this.address = address;
    }

    /** The address of the word. */
    public int address() {
      return address;
    }
  }

  /**
   * Reads a register.
   *
   * @throws BusError when there is none at this offset
   */
  int readRegister(int offset);

  /**
   * Writes a register.
   *
   * @throws BusError when there is none at this offset
   */
  void writeRegister(int offset, int value);

  /**
   * Fills {@code target} from card memory.
   *
   * @throws BusError when a byte lies outside
   */
  void readMemory(long address, ByteBuffer target);

  /**
   * Writes {@code source} to card memory.
   *
   * @throws BusError when a byte lies outside
   */
  void writeMemory(long address, ByteBuffer source);

  /** Whether the interrupt is up. */
  boolean interrupt();

  /** Resets the machine. */
  void reset();
}

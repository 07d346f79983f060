package dev.heddle.host.bus;

import dev.heddle.lib.link.LinkTarget;
import java.nio.ByteBuffer;

/** A machine with its shell: what the stand-ins for drivers lead to. */
interface ShelledBoard {
  /**
   * Reads a register.
   *
   * @throws LinkTarget.BusError when there is none
   */
  int read(int offset);

  /**
   * Writes a register.
   *
   * @throws LinkTarget.BusError when there is none
   */
  void write(int offset, int value);

  /** Reads card memory. */
  void readMemory(long address, ByteBuffer target);

  /** Writes card memory. */
  void writeMemory(long address, ByteBuffer source);

  /** What the shell adds to addresses. */
  long base();

  /** The level of the interrupt. */
  boolean level();

  /** Says what happens when it rises. */
  void onInterrupt(Runnable interrupt);

  /** Lets time pass. */
  default void pass() {}
}

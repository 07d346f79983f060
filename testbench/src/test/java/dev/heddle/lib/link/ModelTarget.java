package dev.heddle.lib.link;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What the hardware of {@link LinkBench} has behind its bridge, in Java. */
final class ModelTarget implements LinkTarget {
  /** A write to a register. */
  record Write(int word, int value) {}

  final byte[] memory = new byte[4 * LinkBench.MEMORY_WORDS];
  final int[] registers = new int[LinkBench.REGISTER_WORDS];
  final List<Write> writes = new ArrayList<>();
  int resets;
  boolean interrupt;

  @Override
  public int readRegister(int offset) {
    return registers[word(offset)];
  }

  @Override
  public void writeRegister(int offset, int value) {
    registers[word(offset)] = value;
    writes.add(new Write(word(offset), value));
  }

  private int word(int offset) {
    if (Integer.compareUnsigned(offset, 4 * registers.length) >= 0) {
      throw new BusError(offset);
    }
    return offset >> 2;
  }

  @Override
  public void readMemory(long address, ByteBuffer target) {
    for (long next = address; target.hasRemaining(); next++) {
      target.put(memory[place(next)]);
    }
  }

  @Override
  public void writeMemory(long address, ByteBuffer source) {
    for (long next = address; source.hasRemaining(); next++) {
      memory[place(next)] = source.get();
    }
  }

  private int place(long address) {
    if (address >= memory.length) {
      throw new BusError((int) address & -4);
    }
    return (int) address;
  }

  @Override
  public boolean interrupt() {
    return interrupt;
  }

  @Override
  public void reset() {
    resets++;
  }
}

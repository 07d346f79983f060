package dev.heddle.lib;

/** The way of a host to the registers of a device, a word of 32 bits at a time. */
public interface RegisterBus {
  /**
   * Reads a word.
   *
   * @param address byte address, a multiple of 4
   * @return the word, 0 to 2^32 - 1
   */
  long read(int address);

  /**
   * Writes a word.
   *
   * @param address byte address, a multiple of 4
   * @param word 0 to 2^32 - 1
   */
  void write(int address, long word);
}

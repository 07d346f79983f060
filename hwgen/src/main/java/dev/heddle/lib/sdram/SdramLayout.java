package dev.heddle.lib.sdram;

import static dev.heddle.hdl.Hdl.bits;

import dev.heddle.lib.AxiShape;

/**
 * Where the bytes of an AXI interface are in a chip: from the lowest address bits up the byte of a
 * word, the column, the bank, the row. So a sequence leaves a row for the same row of the next
 * bank, which can be opened while the one before still moves words. Address bits above the chip are
 * ignored: the memory repeats.
 *
 * @param device the chip
 * @param shape the interface
 */
record SdramLayout(SdramDevice device, AxiShape shape) {
  /** Base-2 logarithm of {@link #runWords}. */
  static final int RUN_BITS = 5;

  SdramLayout {
    if (shape.dataBits() < device.dataBits() || shape.dataBits() > 512) {
      throw new IllegalArgumentException(
          "beats of %d bits in front of an SDRAM of %d bits; %d to 512 are possible"
              .formatted(shape.dataBits(), device.dataBits(), device.dataBits()));
    }
    int needed = bits(device.size());
    if (shape.addressBits() < needed) {
      throw new IllegalArgumentException(
          "addresses of %d bits do not reach all %d bytes of %s; it takes %d bits"
              .formatted(shape.addressBits(), device.size(), device.name(), needed));
    }
  }

  /**
   * Words of the longest run. A run moves without a pause, so its data are in a buffer, or have
   * room in one, before it starts; 32 words hide the precharge and the activation of the next row.
   */
  static int runWords() {
    return 1 << RUN_BITS;
  }

  /** Base-2 logarithm of the words of a beat. */
  int wordsOfBeatBits() {
    return Integer.numberOfTrailingZeros(shape.dataBits() / device.dataBits());
  }

  /** Base-2 logarithm of the beats of the longest run. */
  int beatsOfRunBits() {
    return RUN_BITS - wordsOfBeatBits();
  }

  /** Beats of the longest run. */
  int beatsOfRun() {
    return 1 << beatsOfRunBits();
  }

  /** Bits of the number of a beat in the chip. */
  int beatBits() {
    return device.wordBits() - wordsOfBeatBits();
  }

  /** Names what depends on the layout. */
  String suffix() {
    return device.name() + "_" + shape.dataBits();
  }
}

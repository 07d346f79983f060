package dev.heddle.host.device;

import dev.heddle.accel.format.ActivationImage;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.isa.HeadEntry;

/**
 * How keys and values of some tokens lie in card memory, those of a page or of an entry.
 *
 * <pre>
 *   keys | values | exponents, of the key and of the value of each token
 * </pre>
 *
 * @param tokens tokens that there is room for
 * @param keyLines lines of 64 codes of a key
 * @param valueLines lines of 64 codes of a value
 */
public record KeyValueLayout(int tokens, int keyLines, int valueLines) {
  /** Where the key of a token is. */
  public long key(int token) {
    return (long) token * keyLines * GoldenHead.LINE;
  }

  /** Where the value of a token is. */
  public long value(int token) {
    return key(tokens) + (long) token * valueLines * GoldenHead.LINE;
  }

  /** Where the exponents of a token are. */
  public long exponents(int token) {
    return value(tokens) + 2L * token;
  }

  /** Bytes of all, which end with a line. */
  public long bytes() {
    return ActivationImage.aligned(exponents(tokens));
  }

  /** An entry of the head table for keys and values that lie so from {@code address} on. */
  public HeadEntry entry(long address) {
    return new HeadEntry()
        .with(HeadEntry.KEY_LINES, keyLines)
        .with(HeadEntry.VALUE_LINES, valueLines)
        .with(HeadEntry.KEY_ROWS, address + key(0))
        .with(HeadEntry.VALUE_ROWS, address + value(0))
        .with(HeadEntry.KEY_EXPONENTS, address + exponents(0));
  }
}

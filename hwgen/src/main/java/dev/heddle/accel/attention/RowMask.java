package dev.heddle.accel.attention;

import static dev.heddle.hdl.Hdl.*;

import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * Which keys behind the first a row sees.
 *
 * @param seen a bit a key
 * @param length keys up to the last that it sees
 */
record RowMask(UInt seen, UInt length) implements Data {
  /** Keys of a mask. */
  static final int KEYS = GoldenHead.MASK_BYTES * 8;

  /** The type. */
  static Type<RowMask> type() {
    return () -> new RowMask(uint(KEYS).make(), uint(bits(KEYS) + 1).make());
  }

  /** The mask of {@code seen}. */
  static RowMask of(UInt seen) {
    return new RowMask(seen, length(seen));
  }

  /** One more than the number of the highest bit that is one; 0 when none is. */
  private static UInt length(UInt bits) {
    if (bits.width() == 1) {
      return bits;
    }
    int half = bits.width() / 2;
    UInt upper = bits.slice(bits.width() - 1, half);
    UInt lower = bits.slice(half - 1, 0);
    return mux(upper.ne(0), length(upper).add(half), length(lower));
  }
}

package dev.heddle.accel.golden;

import dev.heddle.accel.format.BlockRouting.Router;
import dev.heddle.accel.format.KeySummary;
import java.nio.ByteBuffer;

/**
 * A {@link KeySummary} in card memory, the same for every configuration: the low bytes of its
 * elements, then the high bytes, each in whole lines with zeros behind the head dimension. The
 * exponent lies elsewhere, side by side with those of other blocks.
 *
 * @param keyLines lines of 64 codes of a key
 */
public record SummaryImage(int keyLines) {
  /** Bytes of a summary, without its exponent. */
  public int bytes() {
    return 2 * planeBytes();
  }

  private int planeBytes() {
    return keyLines * GoldenHead.LINE;
  }

  /** Writes a summary at {@code start}, but for its exponent. */
  public void write(KeySummary summary, ByteBuffer memory, int start) {
    for (int i = 0; i < planeBytes(); i++) {
      boolean inside = i < summary.length();
      memory.put(start + i, inside ? summary.low(i) : 0);
      memory.put(start + planeBytes() + i, inside ? summary.high(i) : 0);
    }
  }

  /** The summary at {@code start}, as long as its lines. */
  public KeySummary read(Router router, ByteBuffer memory, int start, int exponent) {
    byte[] low = new byte[planeBytes()];
    byte[] high = new byte[planeBytes()];
    memory.get(start, low);
    memory.get(start + planeBytes(), high);
    return router.summary(low, high, exponent);
  }
}

package dev.heddle.accel.golden;

import static dev.heddle.accel.golden.GoldenHead.LINE;

import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.MemoryField;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Executes one entry of the append table on card memory: quantises keys and values and writes their
 * codes and exponents. An infinite number or a NaN counts as the largest finite number of its sign.
 */
public final class GoldenAppend {
  private final AppendEntry entry;
  private final ByteBuffer memory;
  private boolean saturated;

  /** The execution of {@code entry} on {@code memory}. */
  public GoldenAppend(AppendEntry entry, ByteBuffer memory) {
    this.entry = entry;
    this.memory = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Writes codes and exponents.
   *
   * @return whether a number was infinite or NaN
   */
  public boolean run() {
    int keyWidth = value(AppendEntry.KEY_LINES) * LINE;
    int valueWidth = value(AppendEntry.VALUE_LINES) * LINE;
    for (int row = 0; row < value(AppendEntry.ROWS); row++) {
      KvVector key = vector(value(AppendEntry.KEY_NUMBERS), keyWidth, row);
      KvVector value = vector(value(AppendEntry.VALUE_NUMBERS), valueWidth, row);
      key.write(memory, value(AppendEntry.KEY_ROWS) + row * keyWidth);
      value.write(memory, value(AppendEntry.VALUE_ROWS) + row * valueWidth);
      int exponents = value(AppendEntry.KEY_EXPONENTS) + row * AppendEntry.EXPONENT_BYTES;
      memory.put(exponents, (byte) key.exponent()).put(exponents + 1, (byte) value.exponent());
    }
    return saturated;
  }

  private KvVector vector(int start, int width, int row) {
    float[] numbers = new float[width];
    for (int i = 0; i < width; i++) {
      float number = memory.getFloat(start + (row * width + i) * Float.BYTES);
      if (!Float.isFinite(number)) {
        saturated = true;
        number = Float.floatToRawIntBits(number) < 0 ? -Float.MAX_VALUE : Float.MAX_VALUE;
      }
      numbers[i] = number;
    }
    return KvVector.quantise(numbers, 0, width);
  }

  private int value(MemoryField field) {
    return Math.toIntExact(entry.value(field));
  }
}

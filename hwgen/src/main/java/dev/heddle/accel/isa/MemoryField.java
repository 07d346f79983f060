package dev.heddle.accel.isa;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A little-endian number at a fixed place of a structure in card memory.
 *
 * @param name name in documentation and generated headers, lower case with underscores
 * @param offset first byte
 * @param bytes 1, 2, 4 or 8
 * @param signed whether it is two's complement
 * @param documentation what it means, in one sentence
 */
public record MemoryField(
    String name, int offset, int bytes, boolean signed, String documentation) {
  public MemoryField {
    if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8 || offset % bytes != 0) {
      throw new IllegalArgumentException(
          "%s: %d bytes at offset %d are not a naturally aligned number"
              .formatted(name, bytes, offset));
    }
  }

  /** Bits of the field. */
  public int bits() {
    return bytes * 8;
  }

  /** Lowest bit of the field in the structure read as one little-endian number. */
  public int lowBit() {
    return offset * 8;
  }

  /** Whether {@code value} can be stored; 64-bit fields hold any long. */
  public boolean holds(long value) {
    if (bytes == 8) {
      return true;
    }
    return signed
        ? value >= -(1L << (bits() - 1)) && value < 1L << (bits() - 1)
        : value >= 0 && value < 1L << bits();
  }

  /**
   * Stores {@code value} in the structure that starts at {@code start}.
   *
   * @throws IllegalArgumentException when the field cannot hold it
   */
  public void put(ByteBuffer memory, int start, long value) {
    if (!holds(value)) {
      throw new IllegalArgumentException(
          "%s is %d but the field has %d %s bits"
              .formatted(name, value, bits(), signed ? "signed" : "unsigned"));
    }
    ByteBuffer little = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int at = start + offset;
    switch (bytes) {
      case 1 -> little.put(at, (byte) value);
      case 2 -> little.putShort(at, (short) value);
      case 4 -> little.putInt(at, (int) value);
      default -> little.putLong(at, value);
    }
  }

  /** Reads the field of the structure that starts at {@code start}. */
  public long get(ByteBuffer memory, int start) {
    ByteBuffer little = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int at = start + offset;
    return switch (bytes) {
      case 1 -> signed ? little.get(at) : Byte.toUnsignedLong(little.get(at));
      case 2 -> signed ? little.getShort(at) : Short.toUnsignedLong(little.getShort(at));
      case 4 -> signed ? little.getInt(at) : Integer.toUnsignedLong(little.getInt(at));
      default -> little.getLong(at);
    };
  }
}

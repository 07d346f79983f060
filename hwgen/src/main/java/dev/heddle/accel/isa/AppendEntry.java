package dev.heddle.accel.isa;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An entry of the append table: keys and values of neighbouring tokens of one KV head, as fp32,
 * that become codes with exponents in a cache.
 *
 * <pre>
 *   key numbers, value numbers   row after row, each of 64 numbers for a line of codes, zeros behind
 *                                the head dimension
 *   key rows, value rows         row after row, each of key_lines or value_lines lines of 64 codes
 *   key exponents                two signed bytes a row, that of the key and that of the value
 * </pre>
 *
 * All addresses are multiples of 64, but for that of the exponents, which is even. A vector is
 * quantised as {@link dev.heddle.accel.format.KvVector#quantise} does it.
 */
public final class AppendEntry extends MemoryEntry<AppendEntry> {
  /** Bytes of an entry; entries stand side by side. */
  public static final int BYTES = 64;

  /** Bytes of the exponents of a key and its value. */
  public static final int EXPONENT_BYTES = 2;

  /** Lines of a key. */
  public static final MemoryField KEY_LINES =
      new MemoryField("key_lines", 0, 1, false, "lines of 64 codes of a key");

  /** Lines of a value. */
  public static final MemoryField VALUE_LINES =
      new MemoryField("value_lines", 1, 1, false, "lines of 64 codes of a value");

  /** Tokens. */
  public static final MemoryField ROWS =
      new MemoryField("rows", 4, 4, false, "keys, and as many values");

  /** Where codes of keys are written. */
  public static final MemoryField KEY_ROWS =
      new MemoryField("key_rows", 8, 8, false, "address that the codes of the keys are written to");

  /** Where codes of values are written. */
  public static final MemoryField VALUE_ROWS =
      new MemoryField(
          "value_rows", 16, 8, false, "address that the codes of the values are written to");

  /** Where exponents are written. */
  public static final MemoryField KEY_EXPONENTS =
      new MemoryField(
          "key_exponents", 24, 8, false, "address that the exponents are written to, even");

  /** Address of the keys. */
  public static final MemoryField KEY_NUMBERS =
      new MemoryField("key_numbers", 32, 8, false, "address of the keys, fp32");

  /** Address of the values. */
  public static final MemoryField VALUE_NUMBERS =
      new MemoryField("value_numbers", 40, 8, false, "address of the values, fp32");

  /** All fields. */
  public static final List<MemoryField> FIELDS =
      List.of(
          KEY_LINES,
          VALUE_LINES,
          ROWS,
          KEY_ROWS,
          VALUE_ROWS,
          KEY_EXPONENTS,
          KEY_NUMBERS,
          VALUE_NUMBERS);

  /** An entry whose fields are zero. */
  public AppendEntry() {
    super("append entry", FIELDS, BYTES);
  }

  /** Reads an entry. */
  public static AppendEntry decode(ByteBuffer memory, int start) {
    return new AppendEntry().read(memory, start);
  }

  @Override
  AppendEntry self() {
    return this;
  }
}

package dev.heddle.accel.isa;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An entry of the copy table: keys and values of neighbouring tokens of one KV head, codes with
 * exponents, that are copied to another place.
 *
 * <p>Rows lie as in an {@link AppendEntry}. They are copied in ascending order, so rows may move to
 * lower addresses over themselves. An entry sees what those before it have written.
 */
public final class CopyEntry extends MemoryEntry<CopyEntry> {
  /** Bytes of an entry; entries stand side by side. */
  public static final int BYTES = AppendEntry.BYTES;

  /** Lines of a key. */
  public static final MemoryField KEY_LINES = AppendEntry.KEY_LINES;

  /** Lines of a value. */
  public static final MemoryField VALUE_LINES = AppendEntry.VALUE_LINES;

  /** Tokens. */
  public static final MemoryField ROWS = AppendEntry.ROWS;

  /** Where codes of keys are written. */
  public static final MemoryField KEY_ROWS = AppendEntry.KEY_ROWS;

  /** Where codes of values are written. */
  public static final MemoryField VALUE_ROWS = AppendEntry.VALUE_ROWS;

  /** Where exponents are written. */
  public static final MemoryField KEY_EXPONENTS = AppendEntry.KEY_EXPONENTS;

  /** Address of the codes of the keys. */
  public static final MemoryField KEY_SOURCE =
      new MemoryField("key_source", 32, 8, false, "address of the codes of the keys");

  /** Address of the codes of the values. */
  public static final MemoryField VALUE_SOURCE =
      new MemoryField("value_source", 40, 8, false, "address of the codes of the values");

  /** Address of the exponents. */
  public static final MemoryField EXPONENT_SOURCE =
      new MemoryField("exponent_source", 48, 8, false, "address of the exponents, even");

  /** All fields. */
  public static final List<MemoryField> FIELDS =
      List.of(
          KEY_LINES,
          VALUE_LINES,
          ROWS,
          KEY_ROWS,
          VALUE_ROWS,
          KEY_EXPONENTS,
          KEY_SOURCE,
          VALUE_SOURCE,
          EXPONENT_SOURCE);

  /** An entry whose fields are zero. */
  public CopyEntry() {
    super("copy entry", FIELDS, BYTES);
  }

  /** Reads an entry. */
  public static CopyEntry decode(ByteBuffer memory, int start) {
    return new CopyEntry().read(memory, start);
  }

  @Override
  CopyEntry self() {
    return this;
  }
}

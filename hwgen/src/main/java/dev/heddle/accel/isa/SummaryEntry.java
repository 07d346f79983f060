package dev.heddle.accel.isa;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An entry of the summary table: a complete block of keys whose summary is to be kept ({@link
 * dev.heddle.accel.format.KeySummary}).
 *
 * <pre>
 *   keys                row after row, each of key_lines lines of 64 codes
 *   key exponents       two signed bytes a key, of which the first counts, as in a {@link HeadEntry}
 *   summary             key_lines lines of low bytes, key_lines lines of high bytes
 *   summary exponent    one byte, anywhere
 * </pre>
 *
 * The other addresses are multiples of 64.
 */
public final class SummaryEntry extends MemoryEntry<SummaryEntry> {
  /** Bytes of an entry; entries stand side by side. */
  public static final int BYTES = RouteEntry.BYTES;

  /** What is kept. */
  public static final MemoryField ROUTER = RouteEntry.ROUTER;

  /** Lines of a key. */
  public static final MemoryField KEY_LINES =
      new MemoryField("key_lines", 1, 1, false, "lines of 64 codes of a key");

  /** Keys of the block. */
  public static final MemoryField KEYS =
      new MemoryField("keys", 4, 4, false, "keys of the block, a power of two");

  /** Address of the keys. */
  public static final MemoryField KEY_ROWS =
      new MemoryField("key_rows", 16, 8, false, "address of the keys");

  /** Address of their exponents and those of their values. */
  public static final MemoryField KEY_EXPONENTS =
      new MemoryField("key_exponents", 24, 8, false, "address of the exponents of keys and values");

  /** Address of the summary. */
  public static final MemoryField SUMMARY =
      new MemoryField("summary", 32, 8, false, "address of the summary");

  /** Address of its exponent. */
  public static final MemoryField SUMMARY_EXPONENT =
      new MemoryField("summary_exponent", 40, 8, false, "address of its exponent, any byte");

  /** All fields. */
  public static final List<MemoryField> FIELDS =
      List.of(ROUTER, KEY_LINES, KEYS, KEY_ROWS, KEY_EXPONENTS, SUMMARY, SUMMARY_EXPONENT);

  /** An entry whose fields are zero. */
  public SummaryEntry() {
    super("summary entry", FIELDS, BYTES);
  }

  /** Reads an entry. */
  public static SummaryEntry decode(ByteBuffer memory, int start) {
    return new SummaryEntry().read(memory, start);
  }

  @Override
  SummaryEntry self() {
    return this;
  }
}

package dev.heddle.accel.golden;

import dev.heddle.accel.AttentionShape;
import dev.heddle.accel.Configuration;
import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.MemoryEntry;
import dev.heddle.accel.isa.MemoryField;
import java.util.List;

/**
 * Refuses entries of the append and the copy table that a machine would answer with garbage or by
 * hanging, and says what is wrong with them.
 *
 * <p>What an entry reads must not be what it writes, but for rows that are copied to lower
 * addresses. What other entries write is not looked at.
 */
public final class CacheCheck {
  private static final int MOST_ROWS = 0xffff;

  private final FieldCheck fields;

  /** Bytes that are read or written, {@code start} to {@code start + bytes}. */
  private record Range(MemoryField field, long start, long bytes) {
    boolean overlaps(Range other) {
      return start < other.start + other.bytes && other.start < start + bytes;
    }
  }

  private CacheCheck(Configuration configuration, MemoryEntry<?> entry) {
    if (!configuration.append()) {
      throw new IllegalArgumentException("the machine appends no keys and values; use append=true");
    }
    AttentionShape shape = configuration.attention().orElseThrow();
    fields = new FieldCheck(entry);
    fields.between(AppendEntry.KEY_LINES, 1, shape.keyDimension() / GoldenHead.LINE);
    fields.between(AppendEntry.VALUE_LINES, 1, shape.valueDimension() / GoldenHead.LINE);
    fields.between(AppendEntry.ROWS, 1, MOST_ROWS);
    fields.aligned(GoldenHead.LINE, AppendEntry.KEY_ROWS, AppendEntry.VALUE_ROWS);
    fields.aligned(AppendEntry.EXPONENT_BYTES, AppendEntry.KEY_EXPONENTS);
  }

  /**
   * Demands that the machine of {@code configuration} can execute {@code entry}.
   *
   * @throws IllegalArgumentException that names the field that does not fit
   */
  public static void require(Configuration configuration, AppendEntry entry) {
    CacheCheck check = new CacheCheck(configuration, entry);
    check.fields.aligned(GoldenHead.LINE, AppendEntry.KEY_NUMBERS, AppendEntry.VALUE_NUMBERS);
    List<Range> sources =
        List.of(
            check.rows(AppendEntry.KEY_NUMBERS, Float.BYTES * check.keyBytes()),
            check.rows(AppendEntry.VALUE_NUMBERS, Float.BYTES * check.valueBytes()));
    for (Range source : sources) {
      for (Range target : check.targets()) {
        if (source.overlaps(target)) {
          throw overlap(source, target);
        }
      }
    }
  }

  /**
   * Demands that the machine of {@code configuration} can execute {@code entry}.
   *
   * @throws IllegalArgumentException that names the field that does not fit
   */
  public static void require(Configuration configuration, CopyEntry entry) {
    CacheCheck check = new CacheCheck(configuration, entry);
    check.fields.aligned(GoldenHead.LINE, CopyEntry.KEY_SOURCE, CopyEntry.VALUE_SOURCE);
    check.fields.aligned(AppendEntry.EXPONENT_BYTES, CopyEntry.EXPONENT_SOURCE);
    List<Range> sources =
        List.of(
            check.rows(CopyEntry.KEY_SOURCE, check.keyBytes()),
            check.rows(CopyEntry.VALUE_SOURCE, check.valueBytes()),
            check.rows(CopyEntry.EXPONENT_SOURCE, AppendEntry.EXPONENT_BYTES));
    List<Range> targets = check.targets();
    for (int i = 0; i < sources.size(); i++) {
      for (int j = 0; j < targets.size(); j++) {
        boolean downward = i == j && targets.get(j).start < sources.get(i).start;
        if (sources.get(i).overlaps(targets.get(j)) && !downward) {
          throw overlap(sources.get(i), targets.get(j));
        }
      }
    }
  }

  private static IllegalArgumentException overlap(Range source, Range target) {
    return new IllegalArgumentException(
        "%s from 0x%x on are read while %s from 0x%x on are written over them"
            .formatted(source.field.name(), source.start, target.field.name(), target.start));
  }

  private List<Range> targets() {
    return List.of(
        rows(AppendEntry.KEY_ROWS, keyBytes()),
        rows(AppendEntry.VALUE_ROWS, valueBytes()),
        rows(AppendEntry.KEY_EXPONENTS, AppendEntry.EXPONENT_BYTES));
  }

  private Range rows(MemoryField field, long bytes) {
    return new Range(field, fields.value(field), bytes * fields.value(AppendEntry.ROWS));
  }

  private long keyBytes() {
    return fields.value(AppendEntry.KEY_LINES) * GoldenHead.LINE;
  }

  private long valueBytes() {
    return fields.value(AppendEntry.VALUE_LINES) * GoldenHead.LINE;
  }
}

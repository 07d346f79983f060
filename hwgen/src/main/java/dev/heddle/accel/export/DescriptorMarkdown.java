package dev.heddle.accel.export;

import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes the layouts of descriptors and completion records as a Markdown page. */
public final class DescriptorMarkdown {
  private final StringBuilder out = new StringBuilder();

  private DescriptorMarkdown() {}

  /** The page, the same for every configuration. */
  public static String write() {
    DescriptorMarkdown page = new DescriptorMarkdown();
    page.descriptors();
    page.headTable();
    page.records();
    return page.out.toString();
  }

  private void descriptors() {
    line("# Descriptors and completion records");
    line("");
    line(
        "A descriptor is %d bytes of card memory at a multiple of %d; numbers are little-endian, "
            + "and bytes that no field names are zero. The machine reads descriptors one after "
            + "another, from the address in register `LIST` on, and hands each to its engine. "
            + "Descriptors of one engine run in order, different engines at the same time; tokens "
            + "order them where it matters.",
        Operation.BYTES, Operation.BYTES);
    line("");
    line("| code | operation | engine |");
    line("|---|---|---|");
    for (Operation operation : Operation.values()) {
      String name = operation.name();
      line(
          "| %d | [%s](#%s) | %s |",
          operation.code(),
          name,
          name.toLowerCase(Locale.ROOT),
          operation.engine() == null ? "command fetch" : operation.engine().name());
    }
    line("");
    line(
        "Masks of engines have a bit for each: %s.",
        Arrays.stream(Engine.values())
            .map(engine -> "%d %s".formatted(engine.mask(), engine))
            .collect(Collectors.joining(", ")));
    line("");
    line("## Header");
    line("");
    line("Every descriptor begins with it.");
    table(Operation.HEADER);
    for (Operation operation : Operation.values()) {
      line("");
      line("## %s", operation.name());
      line("");
      line("%s Code %d.", operation.purpose(), operation.code());
      if (!operation.operands().isEmpty()) {
        table(operation.operands());
      }
    }
  }

  private void headTable() {
    line("");
    line("## Head table");
    line("");
    line(
        "An ATTEND runs the entries of a head table, %d bytes each, side by side: query rows that "
            + "attend to one set of keys. Queries, keys and values are rows of 1 or 2 lines of 64 "
            + "codes; a byte for each query row is its exponent, two bytes for each key are those "
            + "of the key and of its value. With PATTERN row r stands at i = position + "
            + "floor(r / group) and sees key j when j <= i, unless bidirectional, and i - j < "
            + "window or j < first; masked rows see the first keys and those of the 64 behind "
            + "them and the gap whose bit is set in the 8 bytes of the row. With a page size "
            + "keys, values and exponents lie in pages, listed by 4 bytes each: lines of 64 "
            + "bytes from page 0, whose addresses the entry has. Addresses are multiples of 64.",
        HeadEntry.BYTES);
    table(HeadEntry.FIELDS);
  }

  private void records() {
    line("");
    line("## Completion record");
    line("");
    line(
        "When a descriptor of an engine is done the machine writes %d bytes; the i-th one that "
            + "finishes after the doorbell at address `RECORDS` + %d * i. While register `RECORDS` "
            + "is zero it writes none.",
        CompletionRecord.BYTES, CompletionRecord.BYTES);
    table(CompletionRecord.FIELDS);
  }

  private void table(List<MemoryField> unsorted) {
    List<MemoryField> fields =
        unsorted.stream().sorted(Comparator.comparingInt(MemoryField::offset)).toList();
    line("");
    line("| bytes | field | type | meaning |");
    line("|---|---|---|---|");
    for (MemoryField field : fields) {
      int last = field.offset() + field.bytes() - 1;
      line(
          "| %s | %s | %sint%d | %s |",
          field.bytes() == 1 ? "" + last : field.offset() + ".." + last,
          field.name(),
          field.signed() ? "" : "u",
          field.bits(),
          field.documentation());
    }
  }

  private void line(String format, Object... arguments) {
    out.append(format.formatted(arguments)).append('\n');
  }
}

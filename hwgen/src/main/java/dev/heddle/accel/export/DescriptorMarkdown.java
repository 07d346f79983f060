package dev.heddle.accel.export;

import dev.heddle.accel.isa.AppendEntry;
import dev.heddle.accel.isa.CompletionRecord;
import dev.heddle.accel.isa.CopyEntry;
import dev.heddle.accel.isa.Engine;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.MemoryField;
import dev.heddle.accel.isa.Operation;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.isa.SummaryEntry;
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
    page.routeTables();
    page.cacheTables();
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

  private void routeTables() {
    line("");
    line("## Route table");
    line("");
    line(
        "A ROUTE runs the entries of a route table, %d bytes each, side by side: queries of one "
            + "token choose, together, the blocks of keys that they see. A query is 1 or 2 lines "
            + "of 64 codes, with a byte for its exponent; of each complete block before that of "
            + "the token there are as many lines of the low bytes of its summary, then of the "
            + "high bytes, and a byte for its exponent. The page table has 4 bytes for each of "
            + "these blocks and for the token's own; those of the chosen ones are the output, in "
            + "ascending order of the blocks, with zeros to the end of a line. Addresses are "
            + "multiples of 64.",
        RouteEntry.BYTES);
    table(RouteEntry.FIELDS);
    line("");
    line("## Summary table");
    line("");
    line(
        "A SUMMARISE runs the entries of a summary table, %d bytes each, side by side: the keys "
            + "of a complete block become its summary. Keys and exponents lie as the head table "
            + "has them. Addresses are multiples of 64, but for that of the summary's exponent.",
        SummaryEntry.BYTES);
    table(SummaryEntry.FIELDS);
  }

  private void cacheTables() {
    line("");
    line("## Append table");
    line("");
    line(
        "An APPEND runs the entries of an append table, %d bytes each, side by side: the keys and "
            + "values of neighbouring tokens become codes with exponents. They lie row after row, "
            + "64 fp32 numbers for each line of codes, zeros behind the head dimension; codes and "
            + "exponents are written as the head table has them. An infinite number or a NaN "
            + "counts as the largest finite number of its sign and sets `saturated` in register "
            + "`STATUS`. What entries read must not be what any entry of the table writes. "
            + "Addresses are multiples of 64, but for that of the exponents, which is even.",
        AppendEntry.BYTES);
    table(AppendEntry.FIELDS);
    line("");
    line("## Copy table");
    line("");
    line(
        "A COPY runs the entries of a copy table, %d bytes each, side by side: codes and exponents "
            + "of neighbouring tokens are copied, row after row in ascending order, so that they "
            + "may move to lower addresses over themselves; otherwise an entry must not write what "
            + "it reads. It sees what the entries before it have written. Addresses are multiples "
            + "of 64, but for those of the exponents, which are even.",
        CopyEntry.BYTES);
    table(CopyEntry.FIELDS);
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

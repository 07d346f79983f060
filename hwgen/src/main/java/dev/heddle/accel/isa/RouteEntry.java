package dev.heddle.accel.isa;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An entry of the route table: queries of one token that choose, together, the blocks of keys that
 * they see ({@link dev.heddle.accel.format.BlockRouting}).
 *
 * <pre>
 *   queries             row after row, each of key_lines lines of 64 codes
 *   query exponents     one signed byte a row
 *   summaries           of block 0, 1, ..: key_lines lines of low bytes, key_lines lines of high bytes
 *   summary exponents   one signed byte a block
 *   pages               4 bytes a block, the token's own included: lines of 64 bytes from page 0
 *   output              4 bytes a chosen block, the word of its page; zeros to the end of a line
 * </pre>
 *
 * The output is what a {@link HeadEntry} takes for its list of pages: {@code min(blocks + 1,
 * count)} words in ascending order of the blocks, the last that of the token's own. All addresses
 * are multiples of 64.
 */
public final class RouteEntry extends MemoryEntry<RouteEntry> {
  /** Bytes of an entry; entries stand side by side. */
  public static final int BYTES = 64;

  /** What gates are computed from. */
  public static final MemoryField ROUTER =
      new MemoryField("router", 0, 1, false, "0 MOBA, 1 QUEST");

  /** Lines of a query. */
  public static final MemoryField KEY_LINES =
      new MemoryField("key_lines", 1, 1, false, "lines of 64 codes of a query");

  /** Most blocks that are chosen. */
  public static final MemoryField COUNT =
      new MemoryField(
          "count", 2, 2, false, "most blocks that are chosen, the token's own included");

  /** Queries. */
  public static final MemoryField ROWS = new MemoryField("rows", 4, 4, false, "query rows");

  /** Blocks to choose from. */
  public static final MemoryField BLOCKS =
      new MemoryField("blocks", 8, 4, false, "complete blocks before that of the token");

  /** Address of the queries. */
  public static final MemoryField QUERIES =
      new MemoryField("queries", 16, 8, false, "address of the query rows");

  /** Address of their exponents. */
  public static final MemoryField QUERY_EXPONENTS =
      new MemoryField("query_exponents", 24, 8, false, "address of their exponents");

  /** Address of the summary of block 0. */
  public static final MemoryField SUMMARIES =
      new MemoryField("summaries", 32, 8, false, "address of the summaries of the blocks");

  /** Address of the exponent of block 0. */
  public static final MemoryField SUMMARY_EXPONENTS =
      new MemoryField("summary_exponents", 40, 8, false, "address of their exponents");

  /** Address of the page of block 0. */
  public static final MemoryField PAGES =
      new MemoryField("pages", 48, 8, false, "address of the page table, 4 bytes a block");

  /** Address of the list of chosen pages. */
  public static final MemoryField OUTPUT =
      new MemoryField("output", 56, 8, false, "address of the list of chosen pages");

  /** All fields. */
  public static final List<MemoryField> FIELDS =
      List.of(
          ROUTER,
          KEY_LINES,
          COUNT,
          ROWS,
          BLOCKS,
          QUERIES,
          QUERY_EXPONENTS,
          SUMMARIES,
          SUMMARY_EXPONENTS,
          PAGES,
          OUTPUT);

  /** An entry whose fields are zero. */
  public RouteEntry() {
    super("route entry", FIELDS, BYTES);
  }

  /** Reads an entry. */
  public static RouteEntry decode(ByteBuffer memory, int start) {
    return new RouteEntry().read(memory, start);
  }

  @Override
  RouteEntry self() {
    return this;
  }
}

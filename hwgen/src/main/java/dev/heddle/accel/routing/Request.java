package dev.heddle.accel.routing;

import static dev.heddle.hdl.Hdl.bit;
import static dev.heddle.hdl.Hdl.bits;
import static dev.heddle.hdl.Hdl.lit;
import static dev.heddle.hdl.Hdl.uint;

import dev.heddle.hdl.Bit;
import dev.heddle.hdl.Data;
import dev.heddle.hdl.Type;
import dev.heddle.hdl.UInt;

/**
 * Lines that have been asked for.
 *
 * @param content what they hold, a {@link Content}
 * @param count exponents, vectors, blocks or words that count
 * @param first whether they are the first of this content of their entry
 * @param last whether they are the last of this content of their entry
 */
record Request(UInt content, UInt count, Bit first, Bit last) implements Data {
  /** What lines hold, in the order in which an entry asks for it. */
  enum Content {
    /** A line of exponents, of which the largest is wanted. */
    LARGEST,
    /** A line of exponents of what follows. */
    EXPONENTS,
    /** Queries or keys. */
    VECTORS,
    /** Summaries of blocks. */
    SUMMARIES,
    /** The page table. */
    PAGES
  }

  private static final int CONTENT_BITS = bits(Content.values().length);

  static Type<Request> type() {
    return () ->
        new Request(
            uint(CONTENT_BITS).make(),
            uint(TableEntry.COUNT_BITS).make(),
            bit().make(),
            bit().make());
  }

  static UInt code(Content content) {
    return lit(content.ordinal(), CONTENT_BITS);
  }

  Bit is(Content wanted) {
    return content.eq(wanted.ordinal());
  }
}

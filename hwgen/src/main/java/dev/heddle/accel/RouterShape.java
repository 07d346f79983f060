package dev.heddle.accel;

import static dev.heddle.accel.ParameterCheck.between;
import static dev.heddle.accel.ParameterCheck.powerOfTwo;

import dev.heddle.accel.format.BlockRouting;
import dev.heddle.accel.format.GoldenAttention;
import dev.heddle.accel.format.QueryGroup;
import java.util.Optional;

/**
 * The size of a router: the engine that chooses, for the queries of a token, the blocks of keys
 * that they see.
 *
 * <pre>
 *   queries ----> sum of the queries --.
 *   summaries ----64 bytes a cycle----> gates --> largest --> page list
 * </pre>
 *
 * @param count most blocks that a token sees, its own included: 2 to 256
 * @param blocks most complete blocks that it chooses from, a power of two, 64 to 16,384
 * @param rows most queries that choose together, a power of two up to 64
 */
public record RouterShape(int count, int blocks, int rows) {
  /** For 32 of 1,024 blocks. */
  public static final RouterShape DEFAULT = new RouterShape(32, 1024, 16);

  /** Products a cycle, of a query's sum and a byte of a summary. */
  public static final int MULTIPLIERS = 64;

  /** Most keys of a block that is summarised. */
  public static final int MOST_KEYS = 4096;

  private static final int MOST_BLOCKS = GoldenAttention.MAX_KEYS;

  public RouterShape {
    between("count", count, 2, 256, "2 to 256");
    powerOfTwo("blocks", blocks, 64, MOST_BLOCKS, "a power of two, 64 to " + MOST_BLOCKS);
    powerOfTwo("rows", rows, 1, 64, "a power of two up to 64");
  }

  /** Bits of the number of a block. */
  public int blockBits() {
    return Integer.numberOfTrailingZeros(blocks);
  }

  /** Bits of an element of the sum of queries. */
  public int queryBits() {
    return QueryGroup.ELEMENT_BITS + Integer.numberOfTrailingZeros(rows);
  }

  /** Bits of an element of a sum of queries or of the keys of a block. */
  public int sumBits() {
    return QueryGroup.ELEMENT_BITS + Integer.numberOfTrailingZeros(Math.max(rows, MOST_KEYS));
  }

  /**
   * Why a router of this size cannot choose.
   *
   * @param routing how blocks are chosen
   * @param group queries that choose together
   * @param tokens most tokens of a sequence
   * @return the reason; empty when it can
   */
  public Optional<String> refusal(BlockRouting routing, int group, int tokens) {
    if (routing.count() > count) {
      return Optional.of("it keeps at most %d blocks".formatted(count));
    }
    if (group > rows) {
      return Optional.of("it adds at most %d queries".formatted(rows));
    }
    if (routing.size() > MOST_KEYS) {
      return Optional.of("it summarises blocks of at most %d tokens".formatted(MOST_KEYS));
    }
    return (tokens - 1) / routing.size() > blocks
        ? Optional.of("it chooses from at most %d blocks".formatted(blocks))
        : Optional.empty();
  }
}

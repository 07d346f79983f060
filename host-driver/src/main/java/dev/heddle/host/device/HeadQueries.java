package dev.heddle.host.device;

import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.isa.HeadEntry;
import java.util.List;

/**
 * Query rows for one entry of a head table.
 *
 * @param entry where the keys are and which of them each row sees; {@link Device#attend} fills in
 *     the rows and the places of queries, pages and outputs
 * @param queries the rows, those of one position side by side
 * @param pairs how many keys the rows see together
 * @param pages the page list of the entry; empty when its keys lie side by side
 */
public record HeadQueries(
    HeadEntry entry, List<KvVector> queries, long pairs, List<Integer> pages) {
  /** Queries with an entry; the lists are copied. */
  public HeadQueries {
    queries = List.copyOf(queries);
    pages = List.copyOf(pages);
  }

  /** Multiplications that the outputs need: of queries and keys, of weights and values. */
  long products() {
    return 2 * pairs * queries.get(0).length();
  }
}

package dev.heddle.host.device;

import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.mask.Schedule;
import java.util.List;
import java.util.Optional;

/**
 * Query rows for one entry of a head table.
 *
 * @param entry where the keys are and which of them each row sees; {@link Device#attend} fills in
 *     the rows and the places of queries, pages, schedules and outputs
 * @param queries the rows, those of one position side by side
 * @param pairs how many keys the rows see together
 * @param pages the page list of the entry; empty when its keys lie side by side
 * @param schedule which keys the rows see, when no formula says so
 */
public record HeadQueries(
    HeadEntry entry,
    List<KvVector> queries,
    long pairs,
    List<Integer> pages,
    Optional<Schedule> schedule) {
  /** Queries with an entry; the lists are copied. */
  public HeadQueries {
    queries = List.copyOf(queries);
    pages = List.copyOf(pages);
  }

  /** Queries that see keys by the formula of the entry. */
  public HeadQueries(HeadEntry entry, List<KvVector> queries, long pairs, List<Integer> pages) {
    this(entry, queries, pairs, pages, Optional.empty());
  }

  /** Multiplications that the outputs need: of queries and keys, of weights and values. */
  long products() {
    return 2 * pairs * queries.get(0).length();
  }
}

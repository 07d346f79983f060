package dev.heddle.host.device;

import dev.heddle.accel.format.AttentionSink;
import dev.heddle.accel.format.AttentionState;
import dev.heddle.accel.format.KvVector;
import dev.heddle.accel.golden.GoldenHead;
import dev.heddle.accel.golden.GoldenRoute;
import dev.heddle.accel.golden.HeadCheck;
import dev.heddle.accel.isa.HeadEntry;
import dev.heddle.accel.isa.RouteEntry;
import dev.heddle.accel.mask.Schedule;
import java.util.List;
import java.util.Optional;

/**
 * Query rows for one entry of a head table.
 *
 * @param entry where the keys are and which of them each row sees; {@link Device#attend} fills in
 *     the rows and the places of queries, outputs and lists
 * @param queries the rows, those of one position side by side
 * @param pairs how many keys the rows see together
 * @param pages the page list of the entry; empty when its keys lie side by side or the machine
 *     chooses pages
 * @param masks for each row which of the 64 keys behind the first ones it sees; empty when a
 *     formula or the schedule says so
 * @param states for each row the state that it goes on from; empty when rows have only the keys of
 *     the entry
 * @param schedule which keys the rows see, when neither a formula nor masks say so
 * @param route how the queries of the first position choose pages for all rows; {@link
 *     Device#attend} fills in the queries and where the list goes
 */
public record HeadQueries(
    HeadEntry entry,
    List<KvVector> queries,
    long pairs,
    List<Integer> pages,
    List<Long> masks,
    List<AttentionState> states,
    Optional<Schedule> schedule,
    Optional<RouteEntry> route) {
  /** Queries with an entry; the lists are copied. */
  public HeadQueries {
    queries = List.copyOf(queries);
    pages = List.copyOf(pages);
    masks = List.copyOf(masks);
    states = List.copyOf(states);
  }

  /** Queries that see keys by the formula of the entry, side by side in memory. */
  public HeadQueries(HeadEntry entry, List<KvVector> queries, long pairs) {
    this(
        entry, queries, pairs, List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());
  }

  /** The same with keys in pages, where there are any. */
  public HeadQueries inPages(List<Integer> pageList) {
    return new HeadQueries(entry, queries, pairs, pageList, masks, states, schedule, route);
  }

  /** The same with a mask for each row. */
  public HeadQueries masked(List<Long> rowMasks) {
    return new HeadQueries(entry, queries, pairs, pages, rowMasks, states, schedule, route);
  }

  /**
   * The same with a state for each row, that of the keys before those of the entry.
   *
   * @throws IllegalArgumentException when there is not one for each row, or their values are not as
   *     long as the lines of the entry
   */
  public HeadQueries continued(List<AttentionState> rowStates) {
    if (rowStates.size() != queries.size()) {
      throw new IllegalArgumentException(
          "%d states for %d rows; each row goes on from one"
              .formatted(rowStates.size(), queries.size()));
    }
    long elements = entry.value(HeadEntry.VALUE_LINES) * GoldenHead.LINE;
    for (AttentionState state : rowStates) {
      if (state.length() != elements) {
        throw new IllegalArgumentException(
            "a state of %d elements, but the values of the entry have %d"
                .formatted(state.length(), elements));
      }
    }
    return new HeadQueries(entry, queries, pairs, pages, masks, rowStates, schedule, route);
  }

  /** The same by a schedule. */
  public HeadQueries scheduled(Schedule steps) {
    return new HeadQueries(entry, queries, pairs, pages, masks, states, Optional.of(steps), route);
  }

  /** The same in pages that the machine chooses. */
  public HeadQueries routed(RouteEntry choice) {
    return new HeadQueries(
        entry, queries, pairs, pages, masks, states, schedule, Optional.of(choice));
  }

  /** What the entry lists. */
  HeadCheck.Lists lists() {
    return new HeadCheck.Lists() {
      @Override
      public long mask(int row) {
        return masks.get(row);
      }

      @Override
      public AttentionSink sink(int row) {
        throw new IllegalArgumentException("there are no sinks; use sinked=0");
      }

      @Override
      public Schedule schedule() {
        return schedule.orElseThrow();
      }
    };
  }

  /** How many pages the entry lists. */
  int pageCount() {
    return route.map(GoldenRoute::pages).orElse(pages.size());
  }

  /** Multiplications that the outputs need: of queries and keys, of weights and values. */
  long products() {
    return 2 * pairs * queries.get(0).length();
  }
}

package dev.heddle.host.device;

import java.util.List;

/**
 * How the entries of a head table are shared out among ATTEND descriptors, where the machine
 * chooses their pages: the attention of the first entry hides the choice for all others.
 *
 * <pre>
 *   ROUTE   0 | 1 2 3 ..
 *   ATTEND      0         | 1 2 3 ..
 * </pre>
 *
 * Each ATTEND costs cycles of its own to fill and to drain: more than two never paid in
 * measurements, and two not where there are few entries.
 */
public final class AttendGroups {
  /** Fewest entries of which the first is alone. */
  private static final int FEWEST = 6;

  private AttendGroups() {}

  /** The sizes of the groups of {@code entries} entries. */
  public static List<Integer> of(int entries) {
    return entries < FEWEST ? List.of(entries) : List.of(1, entries - 1);
  }
}

package dev.heddle.accel.mask;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What every lane of the attention engine does in every step of one set of rows: at most one key of
 * its open row.
 *
 * <pre>
 *   step     0    1    2    3    4
 *   lane 0  r7k3 r7k1 r7k9.r2k5 r2k4.     a dot marks the last key of a row
 *   lane 1  r0k3  -   r0k2 r0k8.          k3 is read once in step 0, for both lanes
 * </pre>
 *
 * A lane works its rows one after the other and may idle in between. Key {@code k} lies in bank
 * {@code k mod banks}; in a step a bank serves one key, to any number of lanes. The score side and
 * the value side of the engine run the same steps.
 *
 * <p>Rows without keys do not occur: {@link AttentionMask#emptyRows} tells them, and their output
 * is zero. Steps in which every lane idles are left out at the end.
 */
public final class Schedule {
  /** Stands for the row and the key of a lane that idles. */
  public static final int IDLE = -1;

  private final int lanes;
  private final int[] rows;
  private final int[] keys;
  private final BitSet lasts;

  /**
   * A schedule.
   *
   * @param rows for {@code [step * lanes + lane]} the row, or {@link #IDLE}
   * @param keys the key, or {@link #IDLE}
   * @param lasts whether the key is the last of its row
   */
  Schedule(int lanes, int[] rows, int[] keys, BitSet lasts) {
    int busy = rows.length;
    while (busy > 0 && rows[busy - 1] == IDLE) {
      busy--;
    }
    int entries = (busy + lanes - 1) / lanes * lanes;
    this.lanes = lanes;
    this.rows = Arrays.copyOf(rows, entries);
    this.keys = Arrays.copyOf(keys, entries);
    this.lasts = lasts.get(0, entries);
  }

  /** Number of lanes. */
  public int lanes() {
    return lanes;
  }

  /** Number of steps. */
  public int steps() {
    return rows.length / lanes;
  }

  /** The row that a lane works in a step, or {@link #IDLE}. */
  public int row(int step, int lane) {
    return rows[entry(step, lane)];
  }

  /** The key that a lane takes in a step, or {@link #IDLE}. */
  public int key(int step, int lane) {
    return keys[entry(step, lane)];
  }

  /** Whether a lane takes the last key of its row in a step. */
  public boolean last(int step, int lane) {
    return lasts.get(entry(step, lane));
  }

  private int entry(int step, int lane) {
    return step * lanes + lane;
  }

  /** Number of rows that the schedule ends. */
  public int rowCount() {
    return lasts.cardinality();
  }

  /** Number of keys that the lanes take. */
  public int keyCount() {
    return (int) Arrays.stream(keys).filter(key -> key != IDLE).count();
  }

  /** Share of the lanes' steps in which they take a key; 1 for a schedule without steps. */
  public double utilisation() {
    return keys.length == 0 ? 1 : (double) keyCount() / keys.length;
  }

  /**
   * A row as its lane works it.
   *
   * @param number of the row
   * @param keys that it sees
   * @param steps from its first key to its last, idle ones between them included
   */
  public record Span(int number, int keys, int steps) {}

  /** The rows in the order in which they end. */
  public List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    int[] opened = new int[lanes];
    int[] lengths = new int[lanes];
    for (int step = 0; step < steps(); step++) {
      for (int lane = 0; lane < lanes; lane++) {
        if (row(step, lane) == IDLE) {
          continue;
        }
        opened[lane] = lengths[lane] == 0 ? step : opened[lane];
        lengths[lane]++;
        if (last(step, lane)) {
          spans.add(new Span(row(step, lane), lengths[lane], step - opened[lane] + 1));
          lengths[lane] = 0;
        }
      }
    }
    return spans;
  }

  /**
   * The most steps from the first to the last key of a segment of a row, idle ones between them
   * included.
   *
   * @param keys of a segment; the last of a row may have fewer
   */
  public int longestSpan(int keys) {
    int longest = 0;
    int[] opened = new int[lanes];
    int[] lengths = new int[lanes];
    for (int step = 0; step < steps(); step++) {
      for (int lane = 0; lane < lanes; lane++) {
        if (row(step, lane) == IDLE) {
          continue;
        }
        opened[lane] = lengths[lane] % keys == 0 ? step : opened[lane];
        longest = Math.max(longest, step - opened[lane] + 1);
        lengths[lane] = last(step, lane) ? 0 : lengths[lane] + 1;
      }
    }
    return longest;
  }

  /** Proves that this schedule computes exactly a mask, all keys being there from the start. */
  public void verify(AttentionMask mask, int banks) {
    verify(mask, banks, new int[mask.keys()]);
  }

  /**
   * Proves that this schedule computes exactly a mask: every kept pair once and no other, each row
   * on one lane and not interleaved with another, no two keys of one bank in a step, no key before
   * it is there.
   *
   * @param banks number of banks that the keys lie in
   * @param available for each key the first step that may use it
   * @throws IllegalArgumentException that names the first step, lane and row where it does not
   */
  public void verify(AttentionMask mask, int banks, int[] available) {
    new ScheduleCheck(this, mask, banks, available).run();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Schedule schedule
        && lanes == schedule.lanes
        && Arrays.equals(rows, schedule.rows)
        && Arrays.equals(keys, schedule.keys)
        && lasts.equals(schedule.lasts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(rows) + Arrays.hashCode(keys);
  }

  @Override
  public String toString() {
    return "schedule of %d steps on %d lanes".formatted(steps(), lanes);
  }
}

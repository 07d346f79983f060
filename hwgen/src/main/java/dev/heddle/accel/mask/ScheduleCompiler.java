package dev.heddle.accel.mask;

import static dev.heddle.accel.mask.Schedule.IDLE;

import dev.heddle.accel.format.GoldenAttention;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Compiles a mask to a schedule for lanes that share banks of keys.
 *
 * <p>In each step the lanes choose one after the other, the one whose open row has the fewest keys
 * left first. A lane takes
 *
 * <ol>
 *   <li>a key that another lane already takes in this step, which needs no bank of its own; else
 *   <li>the next key of the free bank with the most keys left to serve, rows to come included; else
 *   <li>none, and idles.
 * </ol>
 *
 * A lane that ended its row opens the longest row left, or, while fewer rows have begun than their
 * share of the steps, the shortest: rows begin and end evenly, as fast as queries are read and
 * outputs written. The shortest few are kept for the end, so that all lanes end together. The
 * result depends on nothing but the arguments; the time is proportional to the kept pairs, but for
 * the sorting of the rows.
 *
 * <p>A row of more than {@value GoldenAttention#SEGMENT} keys is worked segment after segment, each
 * of as many keys in their order, since a row's result depends on which keys share a segment: so it
 * has the same bits in every schedule.
 *
 * <p>Keys may become available late: a set that begins while its keys are still being loaded. A row
 * of one segment with sorted release times {@code r0 <= r1 <= ..} can run without waiting from step
 * {@code max(ri - i)} on. A lane then opens the longest of the rows that need not wait, or else the
 * one that waits least.
 *
 * @param lanes number of lanes, 1 to {@value ScheduleFormat#MAX_LANES}
 * @param banks number of banks; key {@code k} lies in bank {@code k mod banks}
 */
public record ScheduleCompiler(int lanes, int banks) {
  /**
   * A compiler.
   *
   * @throws IllegalArgumentException when there are too few or too many lanes or no banks
   */
  public ScheduleCompiler {
    ScheduleFormat.requireLanes(lanes);
    if (banks < 1) {
      throw new IllegalArgumentException("there are " + banks + " banks; at least 1 is needed");
    }
  }

  /** The schedule of a mask whose keys are all there from the start. */
  public Schedule compile(AttentionMask mask) {
    return compile(mask, new int[mask.keys()]);
  }

  /**
   * The schedule of a mask whose keys become available one after the other.
   *
   * @param available for each key the first step that may use it
   */
  public Schedule compile(AttentionMask mask, int[] available) {
    if (available.length != mask.keys()) {
      throw new IllegalArgumentException(
          "release times of %d keys for a %s".formatted(available.length, mask));
    }
    return new Run(mask, available).schedule();
  }

  /** One compilation. */
  private final class Run {
    private final AttentionMask mask;
    private final int[] available;
    private final RowQueue queue;
    private final OpenRow[] open = new OpenRow[lanes];
    private final int[] bankLoad = new int[banks];
    private final int[] bankKeys = new int[banks];
    private int[] rows;
    private int[] keys;
    private final BitSet lasts = new BitSet();

    Run(AttentionMask mask, int[] available) {
      this.mask = mask;
      this.available = available;
      this.queue = new RowQueue(mask, available, lanes);
      this.rows = new int[mask.nonZeros() / 2 + lanes];
      this.keys = new int[rows.length];
      for (int key = 0; key < mask.keys(); key++) {
        bankLoad[key % banks] += mask.columnLength(key);
      }
      for (int lane = 0; lane < lanes; lane++) {
        open[lane] = new OpenRow(lane, banks, available);
      }
    }

    Schedule schedule() {
      OpenRow[] order = open.clone();
      int left = mask.nonZeros();
      int entries = 0;
      for (int step = 0; left > 0; step++, entries += lanes) {
        reserve(entries + lanes);
        Arrays.fill(rows, entries, entries + lanes, IDLE);
        Arrays.fill(keys, entries, entries + lanes, IDLE);
        Arrays.fill(bankKeys, IDLE);
        for (OpenRow row : open) {
          if (row.left() == 0 && queue.hasRow()) {
            int number = queue.next(step);
            row.open(number, mask.keysOf(number));
          }
        }
        Arrays.sort(order, FEWEST_LEFT);
        for (OpenRow row : order) {
          int key = row.left() == 0 ? IDLE : choose(row, step);
          if (key != IDLE) {
            row.take(key);
            bankKeys[key % banks] = key;
            bankLoad[key % banks]--;
            rows[entries + row.lane()] = row.number();
            keys[entries + row.lane()] = key;
            lasts.set(entries + row.lane(), row.left() == 0);
            left--;
          }
        }
      }
      return new Schedule(lanes, Arrays.copyOf(rows, entries), Arrays.copyOf(keys, entries), lasts);
    }

    private void reserve(int entries) {
      if (entries > rows.length) {
        rows = Arrays.copyOf(rows, 2 * entries);
        keys = Arrays.copyOf(keys, 2 * entries);
      }
    }

    private int choose(OpenRow row, int step) {
      for (int taken : bankKeys) {
        if (taken != IDLE && row.wants(taken)) {
          return taken;
        }
      }
      int best = IDLE;
      for (int bank = 0; bank < banks; bank++) {
        if (bankKeys[bank] == IDLE) {
          int key = row.first(bank);
          if (key != IDLE
              && available[key] <= step
              && (best == IDLE || bankLoad[bank] > bankLoad[best % banks])) {
            best = key;
          }
        }
      }
      return best;
    }
  }

  private static final Comparator<OpenRow> FEWEST_LEFT =
      Comparator.comparingInt(OpenRow::left).thenComparingInt(OpenRow::lane);

  /**
   * The row that a lane works: the keys left of its open segment, for each bank in the order of
   * their release, and the segments to come.
   */
  private static final class OpenRow {
    private final int lane;
    private final int banks;
    private final int[] available;
    private final int[] firsts;
    private final int[] nexts;
    private final int[] previous;
    private final BitSet wanted;
    private int number = IDLE;
    private int[] keys = {};
    private int opened;
    private int taken;

    OpenRow(int lane, int banks, int[] available) {
      this.lane = lane;
      this.banks = banks;
      this.available = available;
      this.firsts = new int[banks];
      this.nexts = new int[available.length];
      this.previous = new int[available.length];
      this.wanted = new BitSet(available.length);
    }

    void open(int row, int[] keys) {
      number = row;
      this.keys = keys;
      opened = 0;
      taken = 0;
      openSegment();
    }

    private void openSegment() {
      int from = opened;
      int to = Math.min(keys.length, from + GoldenAttention.SEGMENT);
      opened = to;
      Arrays.fill(firsts, IDLE);
      int[] latestFirst =
          IntStream.range(from, to)
              .map(i -> keys[from + to - 1 - i])
              .boxed()
              .sorted(Comparator.comparingInt(key -> -available[key]))
              .mapToInt(Integer::intValue)
              .toArray();
      for (int key : latestFirst) {
        int next = firsts[key % banks];
        nexts[key] = next;
        previous[key] = IDLE;
        if (next != IDLE) {
          previous[next] = key;
        }
        firsts[key % banks] = key;
        wanted.set(key);
      }
    }

    void take(int key) {
      wanted.clear(key);
      taken++;
      if (previous[key] == IDLE) {
        firsts[key % banks] = nexts[key];
      } else {
        nexts[previous[key]] = nexts[key];
      }
      if (nexts[key] != IDLE) {
        previous[nexts[key]] = previous[key];
      }
      if (taken == opened && opened < keys.length) {
        openSegment();
      }
    }

    int lane() {
      return lane;
    }

    int number() {
      return number;
    }

    int left() {
      return keys.length - taken;
    }

    boolean wants(int key) {
      return wanted.get(key);
    }

    /** The key left in a bank that is available first, or {@link Schedule#IDLE}. */
    int first(int bank) {
      return firsts[bank];
    }
  }

  /** The rows to come. */
  private static final class RowQueue {
    /** Rows for each lane that are kept for the end, and the most of all rows, one in so many. */
    private static final int RESERVE = 4;

    private static final int RESERVED_SHARE = 8;

    private final AttentionMask mask;
    private final int[] waitFree;
    private final PriorityQueue<Integer> waiting;
    private final TreeSet<Integer> ready;
    private final double rowsPerStep;
    private final ArrayDeque<Integer> ending = new ArrayDeque<>();
    private int taken;

    RowQueue(AttentionMask mask, int[] available, int lanes) {
      this.mask = mask;
      this.waitFree = new int[mask.rows()];
      Comparator<Integer> longestFirst =
          Comparator.<Integer>comparingInt(row -> -mask.rowLength(row))
              .thenComparing(Comparator.naturalOrder());
      this.ready = new TreeSet<>(longestFirst);
      this.waiting =
          new PriorityQueue<>(
              Comparator.<Integer>comparingInt(row -> waitFree[row]).thenComparing(longestFirst));
      for (int row = 0; row < mask.rows(); row++) {
        if (mask.rowLength(row) > 0) {
          waitFree[row] = waitFreeStep(row, available);
          waiting.add(row);
        }
      }
      List<Integer> byLength = new ArrayList<>(waiting);
      byLength.sort(longestFirst);
      int kept = Math.min(RESERVE * lanes, byLength.size() / RESERVED_SHARE);
      ending.addAll(byLength.subList(byLength.size() - kept, byLength.size()));
      waiting.removeAll(ending);
      this.rowsPerStep = (double) byLength.size() * lanes / Math.max(1, mask.nonZeros());
    }

    private int waitFreeStep(int row, int[] available) {
      int[] releases =
          Arrays.stream(mask.keysOf(row)).map(key -> available[key]).sorted().toArray();
      int step = 0;
      for (int i = 0; i < releases.length; i++) {
        step = Math.max(step, releases[i] - i);
      }
      return step;
    }

    boolean hasRow() {
      return !ready.isEmpty() || !waiting.isEmpty() || !ending.isEmpty();
    }

    int next(int step) {
      while (!waiting.isEmpty() && waitFree[waiting.peek()] <= step) {
        ready.add(waiting.remove());
      }
      boolean behind = taken < rowsPerStep * step;
      taken++;
      if (ready.isEmpty()) {
        return waiting.isEmpty() ? ending.remove() : waiting.remove();
      }
      return behind ? ready.pollLast() : ready.pollFirst();
    }
  }
}

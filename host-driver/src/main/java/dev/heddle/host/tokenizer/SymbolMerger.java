package dev.heddle.host.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Joins neighbouring symbols of a text, best pair first, until no pair can be joined.
 *
 * <p>Both tokenisers are this procedure with another measure of a pair: the rank of a merge rule or
 * the score of the joined token. Of equal pairs the leftmost goes first. n symbols take O(n log n)
 * steps.
 */
final class SymbolMerger {
  /** How good a pair of neighbouring symbols is; greater goes first. */
  interface PairScore {
    /** What stands for "these must not be joined". */
    double NEVER = Double.NaN;

    double score(String left, String right);
  }

  /** A pair in the queue; outdated when either side has changed since. */
  private record Pair(int left, int right, int length, double score) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      int byScore = Double.compare(other.score, score);
      return byScore != 0 ? byScore : Integer.compare(left, other.left);
    }
  }

  private final PairScore measure;
  private final String text;
  private final int[] start;
  private final int[] end;
  private final int[] previous;
  private final int[] next;
  private final PriorityQueue<Pair> queue = new PriorityQueue<>();

  private SymbolMerger(String text, PairScore measure) {
    this.text = text;
    this.measure = measure;
    int count = text.codePointCount(0, text.length());
    start = new int[count];
    end = new int[count];
    previous = new int[count];
    next = new int[count];
    int offset = 0;
    for (int i = 0; i < count; i++) {
      start[i] = offset;
      offset = text.offsetByCodePoints(offset, 1);
      end[i] = offset;
      previous[i] = i - 1;
      next[i] = i + 1 < count ? i + 1 : -1;
    }
  }

  /** The symbols of a text after all merges, from left to right. */
  static List<String> merge(String text, PairScore measure) {
    return new SymbolMerger(text, measure).run();
  }

  private List<String> run() {
    for (int i = 1; i < start.length; i++) {
      offer(i - 1, i);
    }
    while (!queue.isEmpty()) {
      Pair pair = queue.poll();
      int left = pair.left();
      int right = pair.right();
      if (isGone(left) || isGone(right) || length(left) + length(right) != pair.length()) {
        continue;
      }
      end[left] = end[right];
      end[right] = start[right];
      next[left] = next[right];
      if (next[right] >= 0) {
        previous[next[right]] = left;
      }
      offer(previous[left], left);
      offer(left, next[left]);
    }
    List<String> symbols = new ArrayList<>();
    for (int i = start.length == 0 ? -1 : 0; i >= 0; i = next[i]) {
      symbols.add(symbol(i));
    }
    return symbols;
  }

  private void offer(int left, int right) {
    if (left < 0 || right < 0) {
      return;
    }
    double score = measure.score(symbol(left), symbol(right));
    if (!Double.isNaN(score)) {
      // + 0.0 makes a negative zero positive: Double.compare tells them apart.
      queue.add(new Pair(left, right, length(left) + length(right), score + 0.0));
    }
  }

  private boolean isGone(int symbol) {
    return end[symbol] == start[symbol];
  }

  private int length(int symbol) {
    return end[symbol] - start[symbol];
  }

  private String symbol(int symbol) {
    return text.substring(start[symbol], end[symbol]);
  }
}

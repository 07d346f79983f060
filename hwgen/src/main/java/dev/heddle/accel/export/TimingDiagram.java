package dev.heddle.accel.export;

import dev.heddle.accel.MatmulTimeline;
import dev.heddle.accel.MatmulTimeline.Row;
import dev.heddle.accel.MatmulTimeline.Span;
import java.util.Arrays;

/**
 * Draws a timeline in text, a column for each cycle and a line for each channel:
 *
 * <pre>
 *   cycle            0         10
 *   s_axi_ctrl w     B..............
 *   m_axi_mem0 ar    ....M..........
 * </pre>
 */
final class TimingDiagram {
  private static final int COLUMNS = 70;
  private static final int TENS = 10;
  private static final char IDLE = '.';

  private TimingDiagram() {}

  /** The diagram, in as many parts as its cycles need, one below the other. */
  static String draw(MatmulTimeline timeline) {
    StringBuilder out = new StringBuilder();
    for (int from = 0; from < timeline.cycles(); from += COLUMNS) {
      int to = Math.min(from + COLUMNS, timeline.cycles());
      out.append(from == 0 ? "" : "\n");
      line(out, "cycle", "", scale(from, to));
      for (Row row : timeline.rows()) {
        line(out, row.bus(), row.channel(), marks(row, from, to));
      }
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String place, String channel, String columns) {
    out.append("%-12s%-4s%s".formatted(place, channel, columns).stripTrailing()).append('\n');
  }

  private static String scale(int from, int to) {
    StringBuilder scale = new StringBuilder();
    for (int cycle = from; cycle < to; cycle += TENS) {
      scale.append("%-10d".formatted(cycle));
    }
    return scale.toString();
  }

  private static String marks(Row row, int from, int to) {
    char[] marks = new char[to - from];
    Arrays.fill(marks, IDLE);
    for (Span span : row.spans()) {
      for (int cycle = Math.max(from, span.first());
          cycle <= Math.min(to - 1, span.last());
          cycle++) {
        marks[cycle - from] = span.event().mark();
      }
    }
    return new String(marks);
  }
}
